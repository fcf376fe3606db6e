package twin

import (
	"hoistway/twin/people"
	"hoistway/twin/script"
)

func residentOf(*people.Person) int32 { return script.None }
func hostOf(*people.Person) int       { return script.None }
func answeredOf(*people.Person) bool  { return false }
