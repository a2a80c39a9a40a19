"""The verbs of jarvisctl, one module each, imported when the verb is used."""
