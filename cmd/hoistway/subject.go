package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

func newSubject() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "subject RIGHT",
		Short: "Fulfil a person's rights on the stores of a run",
		Long: `Subject exercises the right of one person on a folder of stores, through the
same service code as the apps, on the channel of the provider's staff. No other
process may have the stores open.

The person's identity is proven by their password, or by a member of staff who
has checked it and whose number is then noted in the ledger. Whether an e-mail
is known cannot be told from a refusal.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, r := range []struct {
		right       remotecall.Right
		short, long string
	}{
		{remotecall.ToReview, "Everything that is stored about the person, as JSON",
			`Export writes everything that is stored about the person, with store, category,
purposes, retention and controller of each record. What only a building's
Manager may hand out is listed as a referral.`},
		{remotecall.ToPort, "What the person provided, as JSON that the app imports", ""},
		{remotecall.ToCorrect, "Put right what is incorrect", `Correct puts new values in place of incorrect ones:

  hoistway subject correct --stores out/stores --service flow \
    --email a@example.org --password-file pw --set phone='+358 40 1234567'`},
		{remotecall.ToDelete, "Delete everything that may be deleted, and verify it", `Erase deletes the person from all stores, physically, looks for what is left in a
copy of them, and prints the certificate.`},
		{remotecall.ToObject, "Stop one purpose for the person", ""},
	} {
		cmd.AddCommand(newRight(r.right, r.short, r.long))
	}
	return cmd
}

// subjectFlags are those of one request.
type subjectFlags struct {
	stores, keys, service, email string
	passwordFile, checkedBy      string
	at, out, purpose             string
	longAfter                    bool
	set, pseudonyms              []string
}

func newRight(right remotecall.Right, short, long string) *cobra.Command {
	var f subjectFlags
	cmd := &cobra.Command{
		Use: string(right), Short: short, Long: long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.exercise(right, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.stores, "stores", "", "the `FOLDER` \"stores\" that a run with --evidence left")
	flags.StringVar(&f.keys, "keys", "", "the `FOLDER` of the key-encryption keys (default: \"keys\" beside the stores)")
	flags.StringVar(&f.service, "service", "", "flow or remote-call")
	flags.StringVar(&f.email, "email", "", "the person's e-mail `ADDRESS`")
	flags.StringVar(&f.passwordFile, "password-file", "", "a `FILE` whose first line is the person's password; - reads it from standard input")
	flags.StringVar(&f.checkedBy, "identity-checked-by", "", "number of the member of `STAFF` who saw proof of identity, such as staff-17")
	flags.StringVar(&f.at, "at", "", "the `INSTANT` of the request, RFC 3339 (default: now); stores of a simulated year need one of that year")
	flags.BoolVar(&f.longAfter, "long-after", false, "the request does come more than 400 days after the ledger's last entry")
	required := []string{"stores", "service", "email"}
	switch right {
	case remotecall.ToReview, remotecall.ToPort:
		flags.StringVar(&f.out, "out", "", "write the JSON into this new `FILE`")
		required = append(required, "out")
	case remotecall.ToCorrect:
		flags.StringArrayVar(&f.set, "set", nil, "`FIELD=VALUE` to put right, named as in the export; repeatable")
		required = append(required, "set")
	case remotecall.ToObject:
		flags.StringVar(&f.purpose, "purpose", string(registry.ToAnalyse), "the `PURPOSE` that stops: usage-analysis, or provide-service for all of it")
	}
	if right == remotecall.ToReview {
		flags.StringArrayVar(&f.pseudonyms, "pseudonym", nil, "a randomized `ID` from the person's phone: its part of the usage log is included; repeatable")
	}
	for _, name := range required {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic("BUG: " + err.Error())
		}
	}
	return cmd
}

// exercise opens the stores, exercises the right and tells what came of it.
func (f *subjectFlags) exercise(right remotecall.Right, stdin io.Reader, stdout io.Writer) (err error) {
	r := remotecall.RightsRequest{Right: right, Service: f.service, Email: f.email, CheckedBy: f.checkedBy, Purpose: registry.Purpose(f.purpose)}
	if f.service != remotecall.RemoteCall && f.service != remotecall.Flow {
		return badInput{fmt.Errorf("--service %s: known are %s and %s", f.service, remotecall.Flow, remotecall.RemoteCall)}
	}
	if (f.passwordFile == "") == (f.checkedBy == "") {
		return errors.New("the identity has to be proven: give either --password-file or --identity-checked-by")
	}
	if f.passwordFile != "" {
		if r.Password, err = readPassword(f.passwordFile, stdin); err != nil {
			return err
		}
	}
	if r.Corrections, err = f.corrections(); err != nil {
		return err
	}
	for _, p := range f.pseudonyms {
		if !registry.ID(p).Valid() {
			return badInput{errors.New("--pseudonym: want a randomized ID as the phone shows it, 26 small letters and digits 2 to 7")}
		}
		r.Pseudonyms = append(r.Pseudonyms, registry.ID(p))
	}
	if f.out != "" {
		if _, err := os.Lstat(f.out); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--out %s: it exists: name another file", f.out)
		}
	}
	stores, config, err := f.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	at := stores.now
	config.Now = func() time.Time { return at }
	operator := remotecall.Credential{Role: registry.RoleService, Secret: rand.Text()}
	config.Operators = []remotecall.Credential{operator}
	service, err := remotecall.New(config)
	if err != nil {
		return badInput{err}
	}
	if r.Operator, err = service.Operator(operator.Role, operator.Secret); err != nil {
		return err
	}
	done, refused := service.Exercise(r)
	if refused != nil && done == nil {
		return badInput{explained(refused)}
	}
	if f.out != "" {
		if err := writeFile(f.out, func(w io.Writer) error { _, err := w.Write(done.Export); return err }); err != nil {
			return err
		}
		if err := os.Chmod(f.out, 0o600); err != nil {
			return err
		}
	}
	if done.Certificate != nil {
		if err := stores.Verify(done.Certificate); err != nil {
			return fmt.Errorf("the erasure does not hold: %w", err)
		}
		done.Certificate.Verified = true
	}
	if err := f.tell(stdout, &r, done, refused); err != nil {
		return err
	}
	if refused != nil {
		return badInput{explained(refused)}
	}
	return nil
}

// corrections reads --set. It names an unknown field and lists those that
// there are; a value that somebody entered is shown in no message.
func (f *subjectFlags) corrections() (map[string]string, error) {
	own, managers := remotecall.Correctable(f.service)
	values := map[string]string{}
	for _, s := range f.set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, errors.New("--set: want FIELD=VALUE, such as phone='+358 40 1234567'")
		}
		if !slices.Contains(own, name) && !slices.Contains(managers, name) {
			return nil, badInput{fmt.Errorf("--set %s: %s stores no field of that name; it stores %s, and a building's Manager %s",
				name, f.service, strings.Join(own, ", "), strings.Join(managers, ", "))}
		}
		if _, twice := values[name]; twice {
			return nil, badInput{fmt.Errorf("--set %s: it is given twice", name)}
		}
		values[name] = value
	}
	return values, nil
}

// corrected lists the fields that a fulfilled correction changed, without
// those that only a Manager can.
func (f *subjectFlags) corrected(values map[string]string) []string {
	own, _ := remotecall.Correctable(f.service)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(values)), func(name string) bool { return !slices.Contains(own, name) })
}

// openStores are the stores at the instant of a request.
type openStores struct {
	*registry.Registry
	now time.Time
}

// open opens the stores as the run did that left them.
func (f *subjectFlags) open() (*openStores, remotecall.Config, error) {
	none := remotecall.Config{}
	now := time.Now().UTC()
	if f.at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, f.at); err != nil {
			return nil, none, fmt.Errorf("--at %s: want an instant such as 2027-03-01T09:00:00Z", f.at)
		}
	}
	keys := f.keys
	if keys == "" {
		keys = filepath.Join(filepath.Dir(filepath.Clean(f.stores)), "keys")
	}
	c, err := registry.ReadConfig(f.stores)
	if err != nil {
		return nil, none, badInput{err}
	}
	if info, err := os.Stat(keys); err != nil || !info.IsDir() {
		return nil, none, badInput{fmt.Errorf("--keys: there is no folder %s", keys)}
	}
	// Without Existing a store that is missing would be made, empty, and a right
	// would be fulfilled without what it held.
	stores, err := registry.Open(registry.Options{
		Dir: f.stores, Keys: keys, Now: func() time.Time { return now }, Buildings: c.Buildings, Limits: c.Limits, Existing: true,
		Regions: c.Regions, Bases: c.Bases, Group: c.Group,
	})
	if err != nil {
		if strings.Contains(err.Error(), "directory lock") {
			return nil, none, fmt.Errorf("--stores %s: another process has the stores open: stop it first, or ask through its app", f.stores)
		}
		return nil, none, badInput{fmt.Errorf("--stores %s: %w", f.stores, err)}
	}
	if err := f.checkInstant(stores, now); err != nil {
		return nil, none, badInput{errors.Join(err, stores.Close())}
	}
	config := remotecall.Config{Registry: stores, Cost: c.Cost, Policy: remotecall.DefaultPolicy()}
	for _, b := range c.Buildings {
		layout := c.Layouts[b.Name]
		building := remotecall.Building{Name: b.Name, Floors: layout.Floors, Services: []string{remotecall.RemoteCall, remotecall.Flow}}
		for _, bank := range layout.Banks {
			building.Banks = append(building.Banks, remotecall.Bank(bank))
		}
		config.Buildings = append(config.Buildings, building)
	}
	return &openStores{stores, now}, config, nil
}

// longAfter is the longest time after the ledger's last entry that is taken
// for a request's instant without being confirmed. Its entry in the ledger
// would lock out every request with an earlier one.
const longAfter = 400 * 24 * time.Hour

// checkInstant refuses an instant that cannot be the request's.
func (f *subjectFlags) checkInstant(stores *registry.Registry, now time.Time) error {
	last, err := lastEntry(stores)
	switch {
	case err != nil:
		return err
	case last.After(now):
		return fmt.Errorf("--at %s: the ledger of these stores goes on until %s: give the instant of the request with --at", now.Format(time.RFC3339), last.Format(time.RFC3339))
	case !last.IsZero() && now.Sub(last) > longAfter && !f.longAfter:
		return fmt.Errorf("--at %s: the last entry of these stores' ledger is of %s, more than 400 days before, and no request could be made before this one any more: correct --at, or confirm it with --long-after", now.Format(time.RFC3339), last.Format(time.RFC3339))
	}
	return nil
}

// lastEntry is the instant of the ledger's last entry.
func lastEntry(stores *registry.Registry) (last time.Time, err error) {
	err = stores.Entries(func(_ uint64, e *registry.Entry) error {
		last = e.At
		return nil
	})
	return last, err
}

// readPassword reads the first line of a file.
func readPassword(name string, stdin io.Reader) (string, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(io.LimitReader(stdin, 4096))
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return "", fmt.Errorf("--password-file: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// explained adds to a refusal what can be done about it.
func explained(err error) error {
	switch remotecall.Reason(err) {
	case remotecall.IdentityNotProven:
		return fmt.Errorf("%w: no account of the service has this e-mail and password", err)
	case remotecall.AskTheManager:
		return fmt.Errorf("%w: nothing was changed here", err)
	}
	return err
}

// tell prints what came of a request. It prints no personal data.
func (f *subjectFlags) tell(w io.Writer, r *remotecall.RightsRequest, done *remotecall.Fulfilment, refused error) error {
	outcome := "fulfilled"
	if refused != nil {
		outcome = "referred"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s, request %s\n", r.Right, f.service, outcome, done.Request)
	if f.out != "" {
		var file struct {
			Items []struct{ Store, Kind string } `json:"items"`
		}
		if err := json.Unmarshal(done.Export, &file); err != nil {
			return fmt.Errorf("BUG: the export is no JSON: %w", err)
		}
		counts, order := map[string]int{}, []string{}
		for _, item := range file.Items {
			name := item.Store + ": " + item.Kind
			if counts[name]++; counts[name] == 1 {
				order = append(order, name)
			}
		}
		for _, name := range order {
			fmt.Fprintf(&b, "  %s, %d %s\n", name, counts[name], plural(counts[name], "record"))
		}
		fmt.Fprintf(&b, "  written to %s\n", f.out)
	}
	if c := done.Certificate; c != nil {
		fmt.Fprintf(&b, "  certificate of erasure %s, settled %s", c.Erasure, c.Settled.UTC().Format(time.RFC3339))
		if c.Verified {
			b.WriteString(", verified on a copy")
		}
		b.WriteByte('\n')
		for _, d := range c.Stores {
			fmt.Fprintf(&b, "  %s: %s, %d %s\n", d.Store, d.Outcome, d.Records, plural(d.Records, "record"))
		}
	}
	if names := f.corrected(r.Corrections); refused == nil && len(names) > 0 {
		fmt.Fprintf(&b, "  corrected: %s\n", strings.Join(names, ", "))
	}
	for _, x := range done.Referrals {
		fmt.Fprintf(&b, "  referred: %s\n", x)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
