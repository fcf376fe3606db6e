package evidence

const (
	phoneLogFile      = "log.ndjson"
	phoneIDsFile      = "ids.ndjson"
	phoneSettingsFile = "settings.json"
	picturesDir       = "pictures"
)
