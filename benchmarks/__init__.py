"""What Headwater costs and how right it is, beside named peers in the same run."""
