"""From sources to notebooks: reading, building, executing, and the rules every unit keeps."""
