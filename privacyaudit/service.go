package privacyaudit

import "strings"

// service is the word that acts, facts and texts have for the service whose
// records a rule judges: "flow" or "remote-call"; "" when it judges all.
func (p *Probe) service() string {
	if p.Rule.Policy == nil {
		return ""
	}
	return serviceWord(p.Rule.Policy.Service)
}

// serviceWord turns a service's name into its word.
func serviceWord(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }

// mine tells whether a rule judges what belongs to a service, which is given by
// its word or its name. What is known to belong to none, or to both, every rule
// leaves to those that are made for it.
func (p *Probe) mine(service string) bool {
	own := p.service()
	return own == "" || own == serviceWord(service)
}
