"""What programs and browsers reach beside the pages: the gate in front of everything, session routes, health."""
