"""The parts of the scene sequencer's page."""
