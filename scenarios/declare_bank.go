package scenarios

import (
	"math"
	"time"
)

// Sources of defaults.
const (
	ours    = "our choice; no published value"
	table6  = "passenger, door and mass parameters of the literature table: "
	en8120  = "EN 81-20: persons = rated load / 75 kg, rounded down"
	iso8100 = "ISO 8100-32 style simulation: 120 min, the first 15 and the last 5 not measured"
	ada     = "ADA 407.3: "
)

// longestSpan bounds every time span of a scenario: two years and what is due
// after them.
const longestSpan = 800 * day

// anySpan is a time span of a door, drive or control.
var anySpan = span{0, time.Hour}

// bankDraft is a bank as written: what Bank holds per car stands here once.
type bankDraft struct {
	dispatcher string
	iface      Interface
	serves     floorSet
	lobby      int
	cars       int
	car        carDraft
	control    Control
}

// carDraft is the part of a car that a bank or one car of it declares.
type carDraft struct {
	serves  floorSet
	home    home
	persons int
	load    int64
	motion  Motion
	doors   Doors
}

var bankSection = &section{
	key: "bank", named: "NAME",
	doc: "A group of cars under one group controller. At least one is needed.",
	fields: []field{
		{key: "dispatcher", form: identifier{"a dispatcher: collective, eta, etd, destination or zoned"}, def: `"eta"`, source: ours + "; least waiting suits every kind of traffic",
			doc: "Policy of the group controller.", at: in(func(b *bankDraft) any { return &b.dispatcher })},
		{key: "interface", form: choice{[]string{"buttons", "destination"}}, derived: `"destination" with dispatcher = "destination" or "zoned", else "buttons"`, source: "the dispatcher's own interface",
			doc: "What stands on the landing: up and down buttons, or a panel that takes the destination.", at: in(func(b *bankDraft) any { return &b.iface })},
		{key: "serves", form: floorsForm{}, def: `"all"`, source: "one bank serves the whole building",
			doc: "Floors at which the cars stop.", at: in(func(b *bankDraft) any { return &b.serves })},
		{key: "lobby", form: floorForm, derived: "lowest entrance it serves, else its lowest floor", source: "up-peak traffic starts at the entrance",
			doc: "Main terminal floor.", at: in(func(b *bankDraft) any { return &b.lobby })},
		{key: "cars", form: count{1, mostCars, "cars"}, need: true,
			doc: "Number of cars.", at: in(func(b *bankDraft) any { return &b.cars })},
		{key: "persons", form: personsForm, derived: "load / 75 kg, rounded down", source: en8120,
			doc: "Rated capacity of a car.", at: in(func(b *bankDraft) any { return &b.car.persons })},
		{key: "load", form: loadForm, derived: "1000kg, or persons x 75 kg when persons is given", source: en8120,
			doc: "Rated load of a car.", at: in(func(b *bankDraft) any { return &b.car.load })},
		{key: "home", form: homeForm{}, def: `"lobby"`, source: ours,
			doc: "Where the cars stand at the start.", at: in(func(b *bankDraft) any { return &b.car.home })},
	},
	tables: []*section{motionSection, doorsSection, controlSection, carSection},
}

var (
	personsForm = count{1, 100, "persons"}
	loadForm    = grams{75_000, 10_000_000}
)

var carSection = &section{
	key: "car", named: "N",
	doc: "Car N of the bank (from 1) where it differs from the bank. Its motion and doors tables take the bank's keys.",
	fields: []field{
		{key: "serves", form: floorsForm{}, derived: "the bank's", source: "the bank",
			doc: "Floors at which this car stops; a part of the bank's. A part only with interface = \"destination\": a landing button cannot say which car is wanted.", at: in(func(c *carDraft) any { return &c.serves })},
		{key: "persons", form: personsForm, derived: "the bank's", source: "the bank",
			doc: "Rated capacity.", at: in(func(c *carDraft) any { return &c.persons })},
		{key: "load", form: loadForm, derived: "the bank's", source: "the bank",
			doc: "Rated load.", at: in(func(c *carDraft) any { return &c.load })},
		{key: "home", form: homeForm{}, derived: "the bank's", source: "the bank",
			doc: "Where the car stands at the start.", at: in(func(c *carDraft) any { return &c.home })},
	},
	tables: []*section{motionSection, doorsSection},
}

var (
	whenKinematic = only(`with model = "kinematic"`, func(m *Motion) bool { return m.Model == Kinematic })
	whenTimed     = only(`with model = "floor-stop-turn"`, func(m *Motion) bool { return m.Model == FloorStopTurn })
)

var motionSection = &section{
	key: "motion",
	doc: "How the cars travel.",
	fields: []field{
		{key: "model", form: choice{[]string{"kinematic", "floor-stop-turn"}}, def: `"kinematic"`, source: "Peters 1995, Ideal Lift Kinematics",
			doc: "Jerk-limited flight over real distances, or fixed times per floor, stop and turn as in the dispatching literature.", at: in(func(m *Motion) any { return &m.Model })},
		{key: "speed", form: quantity{dim: speeds, min: 0.05, max: 30}, def: `"2.5m/s"`, source: ours + "; a usual speed for 10 to 20 floors", when: whenKinematic,
			doc: "Rated speed.", at: in(func(m *Motion) any { return &m.Speed })},
		{key: "acceleration", form: quantity{dim: accelerations, min: 0.05, max: 5}, def: `"1m/s2"`, source: "typical 0.8-1.2 m/s2", when: whenKinematic,
			doc: "Greatest acceleration and deceleration.", at: in(func(m *Motion) any { return &m.Acceleration })},
		{key: "jerk", form: quantity{dim: jerks, min: 0.05, max: 50, word: &word{"none", math.Inf(1)}}, def: `"1.5m/s3"`, source: "typical 1.0-1.6 m/s3", when: whenKinematic,
			doc: `Greatest rate of change of acceleration; "none" is no limit.`, at: in(func(m *Motion) any { return &m.Jerk })},
		{key: "start_delay", form: anySpan, def: `"500ms"`, source: table6 + "0.5 s", when: whenKinematic,
			doc: "From doors closed to first motion.", at: in(func(m *Motion) any { return &m.StartDelay })},
		{key: "levelling", form: anySpan, def: `"500ms"`, source: table6 + "0.5-1.0 s", when: whenKinematic,
			doc: "From the end of the flight to a level, standing car.", at: in(func(m *Motion) any { return &m.Levelling })},
		{key: "floor_time", form: span{time.Millisecond, time.Minute}, need: true, when: whenTimed,
			doc: "One floor at rated speed.", at: in(func(m *Motion) any { return &m.FloorTime })},
		{key: "stop_time", form: span{time.Millisecond, 10 * time.Minute}, need: true, when: whenTimed,
			doc: "Decelerate, open the doors, close the doors and accelerate; longer than the doors' open and close together.", at: in(func(m *Motion) any { return &m.StopTime })},
		{key: "turn_time", form: anySpan, def: `"0s"`, source: "a car reverses without loss of time", when: whenTimed,
			doc: "Added when a stopped car reverses.", at: in(func(m *Motion) any { return &m.TurnTime })},
	},
}

var (
	whenExtends = only(`with dwell = "extends"`, func(d *Doors) bool { return d.DwellExtends })
	whenShape   = only("with transfer_shape above 0", func(d *Doors) bool { return d.TransferShape > 0 })
)

var doorsSection = &section{
	key: "doors",
	doc: "The car's doors and how long they stay open.",
	fields: []field{
		{key: "open", form: anySpan, def: `"2s"`, source: table6 + "1.5-2.5 s",
			doc: "From beginning to open to fully open.", at: in(func(d *Doors) any { return &d.Open })},
		{key: "close", form: anySpan, def: `"3s"`, source: table6 + "2.5-4.0 s",
			doc: "From beginning to close to fully closed.", at: in(func(d *Doors) any { return &d.Close })},
		{key: "advance_opening", form: anySpan, def: `"0s"`, source: "off unless the drive offers it",
			doc: "How long before the car stands level the doors begin to open; not longer than open, and 0 with floor-stop-turn.", at: in(func(d *Doors) any { return &d.AdvanceOpening })},
		{key: "dwell_landing", form: anySpan, def: `"5s"`, source: table6 + "landing call 4-7 s; " + ada + "at least 5 s",
			doc: "Fully open time when a landing call is answered.", at: in(func(d *Doors) any { return &d.DwellLanding })},
		{key: "dwell_car", form: anySpan, def: `"3s"`, source: table6 + "car call 2-4 s; " + ada + "at least 3 s",
			doc: "Fully open time when only a car call is answered.", at: in(func(d *Doors) any { return &d.DwellCar })},
		{key: "dwell", form: choice{[]string{"fixed", "extends"}}, def: `"extends"`, source: "photocell doors wait for the last passenger",
			doc: `"fixed": everybody moves within the dwell; "extends": the doors stay open after_transfer longer after each passenger.`, at: in(func(d *Doors) any { return &d.DwellExtends })},
		{key: "after_transfer", form: anySpan, def: `"1s"`, source: ours, when: whenExtends,
			doc: "Least open time after the last passenger.", at: in(func(d *Doors) any { return &d.AfterTransfer })},
		{key: "transfer_in", form: anySpan, def: `"1.1s"`, source: table6 + "office 1.0-1.2 s, residential 1.5-2.0 s",
			doc: "Per person entering; 0s is everybody at once.", at: in(func(d *Doors) any { return &d.TransferIn })},
		{key: "transfer_out", form: anySpan, def: `"1.1s"`, source: table6 + "office 1.0-1.2 s, residential 1.5-2.0 s",
			doc: "Per person leaving; 0s is everybody at once.", at: in(func(d *Doors) any { return &d.TransferOut })},
		{key: "transfer_shape", form: count{0, 100, ""}, def: "0", source: "constant transfer times",
			doc: "0 is constant; k above 0 is an Erlang distribution of order k, cut to transfer_min..transfer_max.", at: in(func(d *Doors) any { return &d.TransferShape })},
		{key: "transfer_min", form: anySpan, need: true, when: whenShape,
			doc: "Shortest transfer.", at: in(func(d *Doors) any { return &d.TransferMin })},
		{key: "transfer_max", form: anySpan, need: true, when: whenShape,
			doc: "Longest transfer.", at: in(func(d *Doors) any { return &d.TransferMax })},
		{key: "reopen_limit", form: count{0, 100, "times"}, def: "2", source: ours,
			doc: "How often closing doors re-open for a late passenger at one stop; 0 is never.", at: in(func(d *Doors) any { return &d.ReopenLimit })},
		{key: "nudge_after", form: anySpan, def: `"20s"`, source: ada + "the re-opening device is effective for 20 s",
			doc: "Doors that were kept open for longer than this close slowly and no longer re-open.", at: in(func(d *Doors) any { return &d.NudgeAfter })},
		{key: "nudge_close", form: anySpan, derived: "twice close", source: ours,
			doc: "Closing time when nudging; not shorter than close.", at: in(func(d *Doors) any { return &d.NudgeClose })},
	},
}

var controlSection = &section{
	key: "control",
	doc: "Settings of the group controller.",
	fields: []field{
		{key: "reassign", form: choice{[]string{"until-committed", "never"}}, def: `"until-committed"`, source: "conventional group control",
			doc: "Whether an assigned landing call may move to another car until its car slows down for it.", at: in(func(c *Control) any { return &c.Reassign })},
		{key: "bypass_load", form: quantity{dim: shares, min: 0.1, max: 1}, def: `"80%"`, source: table6 + "full-load bypass 80 % of rated load",
			doc: "Load above which a car passes landing calls by.", at: in(func(c *Control) any { return &c.BypassLoad })},
		{key: "parking", form: choice{[]string{"stay", "lobby", "spread"}}, def: `"lobby"`, source: ours,
			doc: "Where an idle car goes: nowhere, to the lobby, or spread over the bank's zones.", at: in(func(c *Control) any { return &c.Parking })},
		{key: "parking_delay", form: anySpan, def: `"10s"`, source: ours,
			doc: "Idle time before a car goes to park.", at: in(func(c *Control) any { return &c.ParkingDelay })},
		{key: "hold_limit", form: anySpan, def: `"10s"`, source: ours,
			doc: "Longest time a car is held open for a remote caller who is still walking.", at: in(func(c *Control) any { return &c.HoldLimit })},
	},
}
