"""Settings, Objects: properties, pipelines, associations and the create dialog of each object."""
