"""Disease as the people of a site note it: journal and laboratory."""
