"""Alerts: rules over sources, what happened, and telling it to those who want to know.

What happened is written with the version, run or report that it is about, in one transaction;
`catalog.alerts.deliver` sends what waits. So a kill neither loses an alert nor makes it come twice.
"""
