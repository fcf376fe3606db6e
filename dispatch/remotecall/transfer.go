package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Agreement is a processing agreement with a recipient (RC:L37, FL:L66).
type Agreement struct {
	Recipient         string // organisation
	Group             bool   // a company of the provider's or Manager's group
	Region, Mechanism string // a region outside the EEA needs one of "adequacy", "SCC", "BCR"
	Purposes          []registry.Purpose
	Categories        []registry.Category
	From, Until       time.Time
}

// Agree records an agreement. Transfer writes an export of some kinds' records
// for a recipient under a valid agreement. Disclose does for an authority what
// an order demands, no more (RC:L41, FL:L72). All leave ledger entries.
func (o *Operator) Agree(a Agreement) (registry.ID, error) { panic("not yet") }

// TransferRequest names what goes to whom.
type TransferRequest struct {
	Recipient string
	Purpose   registry.Purpose
	Kinds     []string // names
	Subjects  []registry.ID
}

func (o *Operator) Transfer(r TransferRequest) (export []byte, err error) { panic("not yet") }

// Order is an authority's demand.
type Order struct {
	Authority, Basis  string
	Demanded, Allowed bool // by the law that applies; both are needed
	Approver          string
	Emails            []string // of the persons it names
	Service           string
}

func (o *Operator) Disclose(r Order) (export []byte, err error) { panic("not yet") }

// Development is the export for product development: aggregates only (RC:L31).
func (o *Operator) Development() (export []byte, err error) { panic("not yet") }
