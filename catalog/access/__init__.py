"""Who may ask for what, and what one source gives over HTTP."""
