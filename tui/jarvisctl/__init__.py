"""jarvisctl: the command line of jarvisd."""
