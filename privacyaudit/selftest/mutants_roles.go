package selftest

import (
	"fmt"
	"strings"
)

// roleMutants let those have records who may not, or for what they may not: the
// service's own count of accesses shows it.
func roleMutants() []Mutant {
	type tried struct{ store, kind, role, purpose, act string }
	reads := func(all ...tried) func(*Bench) error {
		return func(b *Bench) error {
			counted, err := b.read("metrics/service.prom")
			if err != nil {
				return err
			}
			for _, a := range all {
				series := fmt.Sprintf("hoistway_store_accesses_total{store=%q,kind=%q,role=%q,purpose=%q,act=%q,allowed=\"true\"}", a.store, a.kind, a.role, a.purpose, a.act)
				if strings.Contains(string(counted), series) {
					continue // the same access, where it is allowed
				}
				if err := b.add("metrics/service.prom", series+" 3\n"); err != nil {
					return err
				}
			}
			return nil
		}
	}
	without := func(acts string, wrong func(*Bench) error) func(*Bench) error {
		return func(b *Bench) error {
			if err := b.ledger(func(k *book) error {
				return k.drop(func(e *entry) bool { return strings.Contains(acts, e.string("act")) })
			}); err != nil {
				return err
			}
			return wrong(b)
		}
	}
	const service, cloud, main = "kone-service", "cloud", "building-main"
	return []Mutant{
		{Name: "purpose.empty", What: "reads accounts and says for no purpose", wrong: reads(
			tried{cloud, "remote-call-account", service, "", "read"}, tried{cloud, "flow-profile", service, "", "read"})},
		{Name: "purpose.marketing", What: "reads accounts for marketing", wrong: reads(
			tried{cloud, "remote-call-account", service, "marketing", "read"}, tried{cloud, "flow-profile", service, "marketing", "read"})},
		{Name: "role.manager_reads_account", What: "lets a Manager read accounts of Remote Call", wrong: reads(tried{cloud, "remote-call-account", "manager", "provide-service", "read"})},
		{Name: "role.analytics_reads_log", What: "lets analysts read logs of use", wrong: reads(tried{cloud, "usage-log", "kone-analytics", "usage-analysis", "read"})},
		{Name: "role.public_reads", What: "lets anybody read profiles", wrong: reads(tried{cloud, "flow-profile", "public", "provide-service", "read"})},
		{Name: "role.service_reads_vault", What: "lets the service read whose a randomized ID is", wrong: reads(tried{"vault", "link", service, "provide-service", "read"})},
		{Name: "manager.reads_log_data", What: "lets a Manager read logs of use", wrong: reads(tried{cloud, "usage-log", "manager", "security-monitoring", "read"})},
		{Name: "manager.reads_office_profiles", What: "lets the Manager of an office building read profiles", wrong: func(b *Bench) error {
			if err := b.replace("stores/registry.json", `"residential": true`, `"residential": false`); err != nil {
				return err
			}
			return reads(tried{cloud, "flow-profile", "manager", "provide-service", "read"})(b)
		}},
		{Name: "perm.self_granted", What: "lets subjects give themselves permissions", wrong: reads(tried{main, "permission", "subject", "provide-service", "write"})},
		{Name: "perm.by_service", What: "lets the service change permissions", wrong: reads(tried{main, "permission", service, "provide-service", "write"})},
		{Name: "perm.deleted_by_service", What: "deletes permissions that the Manager did not withdraw", wrong: reads(tried{main, "permission", service, "provide-service", "delete"})},
		{Name: "bsl.without_instruction", What: "reads a building's log that its Manager did not ask to be read", wrong: reads(tried{main, "building-log", service, "analyse-and-correct-defects", "read"})},
		{Name: "bsl.read_by_analytics", What: "lets analysts read a building's log", wrong: reads(tried{main, "building-log", "kone-analytics", "usage-analysis", "read"})},
		{Name: "security.without_case", What: "lets security staff look into profiles without a case", wrong: without("reidentification-requested reidentification-answered incident",
			reads(tried{cloud, "flow-profile", "kone-security", "security-monitoring", "read"}))},
		{Name: "authority.without_order", What: "lets an authority read profiles without an order", wrong: without("disclosure",
			reads(tried{cloud, "flow-profile", "authority", "legal-claims", "read"}))},
	}
}
