"""The machine and its service manager: sockets, supervision, figures."""
