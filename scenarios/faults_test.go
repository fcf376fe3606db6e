package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// good is a scenario without faults; rows change lines of it.
const good = `schema = 1
name = "good"
[building]
floors = 6
population = 20
[bank.main]
cars = 2
[bank.main.motion]
speed = "1.6m/s"
[bank.main.doors]
open = "2s"
[tenant.staff]
walk_distance = "10m"
[traffic.morning]
demand = "5%"
mix = "85/10/5"
[run]
duration = "1h"
[expect]
awt = "<= 30s"
`

// swap replaces old, which must be there, by new.
func swap(t *testing.T, old, new string) string {
	t.Helper()
	if !strings.Contains(good, old) {
		t.Fatalf("the good scenario has no %q", old)
	}
	return strings.Replace(good, old, new, 1)
}

func TestGoodScenarioIsGood(t *testing.T) {
	if _, err := Parse("good.toml", []byte(good), Options{}); err != nil {
		t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	for _, row := range []struct{ sentence, old, new, want string }{
		{"an unknown key names the nearest", "cars = 2", "cars = 2\ncarz = 3", `good.toml:8:1: bank.main.carz: unknown key (did you mean "cars"?)`},
		{"an unknown key far from all names what is known", "floors = 6", "floors = 6\nxyzzyx = 3", `good.toml:5:1: building.xyzzyx: unknown key (known here: floors, names, height, heights, population, entrances, locked, transfer_walk)`},
		{"a key of wrong case is unknown", "floors = 6", "floors = 6\nHeight = \"3m\"", `good.toml:5:1: building.Height: unknown key: keys are lower case (write "height")`},
		{"an unknown table", "[run]", "[runs]\n[run]", `good.toml:17:1: runs: unknown key (did you mean "run"?)`},
		{"an unknown subtable", "[bank.main.doors]", "[bank.main.dors]", `good.toml:10:1: bank.main.dors: unknown key (did you mean "doors"?)`},
		{"an unknown key in an inline table", `demand = "5%"`, `steps = [ { start = "0s", demnd = "3%" } ]`, `good.toml:15:27: traffic.morning.steps[0].demnd: unknown key (did you mean "demand"?)`},
		{"an unknown key behind a dotted key", "cars = 2", "cars = 2\nmotion.sped = \"1m/s\"\n[bank.second]\ncars = 1", `good.toml:8:1: bank.main.motion.sped: unknown key (did you mean "speed"?)`},
		{"an unknown quoted key", "cars = 2", "cars = 2\n'odd key' = 1", `good.toml:8:1: bank.main."odd key": unknown key`},
		{"a bare number where a speed belongs", `"1.6m/s"`, "1.6", `good.toml:9:9: bank.main.motion.speed: 1.6 has no unit; expected a speed in m/s, such as "2.5m/s" (write the unit behind the number, such as "2.5m/s")`},
		{"a bare number where a time belongs", `"2s"`, "2", `good.toml:11:8: bank.main.doors.open: 2 has no unit; expected a time span`},
		{"a wrong unit", `"1.6m/s"`, `"1.6m"`, `"1.6m" is not a speed; expected a speed in m/s, such as "2.5m/s"`},
		{"a wrong type", "floors = 6", `floors = "six"`, `good.toml:4:10: building.floors: "six" is text; expected a whole number of floors from 2 to 256`},
		{"a table where a number belongs", "cars = 2", "[bank.main.cars]", `good.toml:7:1: bank.main.cars: a table; expected a whole number of cars`},
		{"a bare number where a walk to another bank belongs", "floors = 6", "floors = 6\ntransfer_walk = 10", `good.toml:5:17: building.transfer_walk: 10 has no unit; expected a time span`},
		{"a negative quantity", `"1.6m/s"`, `"-1.6m/s"`, `bank.main.motion.speed: "-1.6m/s" is too small; the least is 0.05m/s`},
		{"a negative time span", `"2s"`, `"-2s"`, `bank.main.doors.open: "-2s" must not be negative`},
		{"a negative time span in parts", `"2s"`, `"-1h90min"`, `bank.main.doors.open: "-1h90min" is not a time span`},
		{"a negative distance", `"10m"`, `"-10m"`, `"-10m" must not be negative`},
		{"a huge quantity", `"1.6m/s"`, `"1` + strings.Repeat("0", 300) + `m/s"`, `is too large; the most is 30m/s`},
		{"a number of more than 400 digits", `"1.6m/s"`, `"1` + strings.Repeat("0", 500) + `m/s"`, `is not a speed`},
		{"not a number", "population = 20", "population = nan", `good.toml:5:14: building.population: NaN is a number; expected a whole number of people from 0 to 1000000`},
		{"infinity", `demand = "5%"`, "demand = inf", `traffic.morning.demand: +Inf has no unit`},
		{"NaN as a quantity", `"1.6m/s"`, `"NaNm/s"`, `"NaNm/s" is not a speed`},
		{"an exponent is no plain decimal", `"1.6m/s"`, `"1e3m/s"`, `is not a speed`},
		{"a huge whole number", "cars = 2", "cars = 99999999999999999999", `good.toml:7:8: bank.main.cars: is not TOML`},
		{"no cars", "cars = 2\n", "", `good.toml:6:1: bank.main: cars is missing (expected a whole number of cars from 1 to 64)`},
		{"0 cars", "cars = 2", "cars = 0", `good.toml:7:8: bank.main.cars: 0 is too few; the least is 1`},
		{"more than 64 cars", "cars = 2", "cars = 65", `65 is too many; the most is 64`},
		{"more than 256 floors", "floors = 6", "floors = 257", `257 is too many; the most is 256`},
		{"one floor", "floors = 6", "floors = 1", `1 is too few; the least is 2`},
		{"more than a million people", "population = 20", "population = 500000", `good.toml:5:14: building.population: 2500000 people live in the building; the most is 1000000`},
		{"a floor no car serves", "cars = 2", "cars = 2\nserves = \"0-4\"", `good.toml:3:1: building: no car serves floor 5`},
		{"floors that no chain of cars joins", "[bank.main]", "[bank.top]\ncars = 1\nserves = \"4-5\"\n[bank.main]\nserves = \"0-3\"", `building: no chain of cars leads from floor 0 to "4-5"`},
		{"a floor of the bank that none of its cars serves", "[bank.main.motion]", "[bank.main.car.1]\nserves = \"0-4\"\n[bank.main.car.2]\nserves = \"0-4\"\n[bank.main.motion]", `good.toml:6:1: bank.main.serves: no car of the bank serves floor 5`},
		{"a bank of one floor", "cars = 2", "cars = 2\nserves = [3]", `a car needs at least two floors; this has 1`},
		{"a served floor that does not exist", "cars = 2", "cars = 2\nserves = \"0-6\"", `good.toml:8:10: bank.main.serves: there is no floor 6; the building has floors 0 to 5`},
		{"a floor twice in a set", "cars = 2", "cars = 2\nserves = \"0-5, 3\"", `has floor 3 twice`},
		{"buttons before cars of different floors", "[bank.main.motion]", "[bank.main.car.2]\nserves = \"0, 2-5\"\n[bank.main.motion]", `good.toml:9:10: bank.main.car.2.serves: car 2 does not serve the same floors as the others, but landing buttons cannot say which car is wanted (write interface = "destination", or give the car a bank of its own)`},
		{"a lobby that is not served", "cars = 2", "cars = 2\nserves = \"0-5\"\nlobby = 9", `bank.main.lobby: floor 9 is not served by the bank`},
		{"a car that does not exist", "[bank.main.motion]", "[bank.main.car.3]\n[bank.main.motion]", `good.toml:8:1: bank.main.car.3: there is no such car; the bank has cars 1 to 2`},
		{"a bank without a name", "[bank.main]\ncars = 2", "[bank]\ncars = 2", `good.toml:7:1: bank.cars: is a whole number; expected a table with a name of your choice (write [bank.NAME])`},
		{"a bank as an array of tables", "[bank.main]\ncars = 2\n[bank.main.motion]\nspeed = \"1.6m/s\"\n[bank.main.doors]\nopen = \"2s\"", "[[bank]]\ncars = 2", `good.toml:6:1: bank: a list; expected tables with names (write [bank.NAME])`},
		{"no bank", "[bank.main]\ncars = 2\n[bank.main.motion]\nspeed = \"1.6m/s\"\n[bank.main.doors]\nopen = \"2s\"\n", "", `good.toml:1:1: bank: the scenario has no bank`},
		{"no building", "[building]\nfloors = 6\npopulation = 20\n", "", `good.toml:1:1: building: floors is missing`},
		{"no traffic", "[traffic.morning]\ndemand = \"5%\"\nmix = \"85/10/5\"\n", "", `good.toml:1:1: traffic: the scenario has no traffic`},
		{"traffic of nobody", "population = 20\n", "", `traffic.morning: nobody travels: the tenants' floors have no population`},
		{"traffic of 0 %", `"5%"`, `"0%"`, `good.toml:15:10: traffic.morning.demand: nobody travels: the demand is 0 %`},
		{"a mix that does not sum to 100", `"85/10/5"`, `"85/10/4"`, `good.toml:16:7: traffic.morning.mix: "85/10/4" sums to 99 %; in, out and inter-floor must sum to 100 %`},
		{"a demand without a mix", "mix = \"85/10/5\"\n", "", `traffic.morning.demand: mix is missing`},
		{"two kinds of traffic at once", `mix =`, "template = \"lunch\"\nmix =", `traffic.morning.template: demand and template are both given; a stream has one`},
		{"a peak without a template", `mix =`, "peak = \"3%\"\nmix =", `traffic.morning.peak: has no meaning beside demand`},
		{"traffic after the end of the run", `mix =`, "end = \"2h\"\nmix =", `traffic.morning.end: ends at 2h, after the end of run.duration, 1h`},
		{"a matrix that is not square", "demand = \"5%\"\nmix = \"85/10/5\"", "matrix = [[0, 1], [2]]", `good.toml:15:19: traffic.morning.matrix[1]: has 1 columns but the matrix has 2 rows; it must be square`},
		{"a matrix of another building", "demand = \"5%\"\nmix = \"85/10/5\"", "matrix = [[0, 1], [2, 0]]", `traffic.morning.matrix: a matrix has 2 rows but the building has 6 floors`},
		{"a matrix with people who stay", "demand = \"5%\"\nmix = \"85/10/5\"", "matrix = [[0, 1], [2, 7.5]]", `good.toml:15:23: traffic.morning.matrix[1][1]: people who travel from floor 1 to itself (write 0)`},
		{"a matrix with NaN", "demand = \"5%\"\nmix = \"85/10/5\"", "matrix = [[0, nan], [2, 0]]", `traffic.morning.matrix[0][1]: NaN is out of range`},
		{"steps out of order", "demand = \"5%\"\n", `steps = [{ start = "10min", demand = "1%" }, { start = "0s", demand = "1%" }]` + "\n", `good.toml:15:46: traffic.morning.steps[1]: starts at 0s, not after the start of the step above, 10min`},
		{"a tenant that does not exist", "mix =", "tenants = [\"stafff\"]\nmix =", `traffic.morning.tenants: there is no tenant "stafff"; the tenants are staff (did you mean "staff"?)`},
		{"tenants with more than all people", "[tenant.staff]", "[tenant.other]\nshare = \"10%\"\n[tenant.staff]", `110 % of floor 1 belong to tenants`},
		{"remote calls without a walk", `walk_distance = "10m"`, `remote = "10%"`, `good.toml:13:10: tenant.staff.remote: a remote call is made when the walk begins, but walk_distance is 0m`},
		{"a no-show share without remote calls", "[tenant.staff]", "[tenant.staff]\nno_show = \"1%\"", `good.toml:13:1: tenant.staff.no_show: only has a meaning with remote above 0%`},
		{"a distribution whose mean lies outside", "[tenant.staff]", "[tenant.staff]\nwalk_speed = { mean = \"3m/s\", sd = \"1m/s\", min = \"1m/s\", max = \"2m/s\" }", `good.toml:13:14: tenant.staff.walk_speed: mean must lie between min and max`},
		{"a distribution without min", "[tenant.staff]", "[tenant.staff]\nwalk_speed = { mean = \"1m/s\", sd = \"1m/s\", max = \"2m/s\" }", `walk_speed: min is missing`},
		{"a key of the other motion model", "speed =", "floor_time = \"1s\"\nspeed =", `good.toml:9:1: bank.main.motion.floor_time: only has a meaning with model = "floor-stop-turn" (remove it)`},
		{"a stop time within which the doors cannot move", `speed = "1.6m/s"`, "model = \"floor-stop-turn\"\nfloor_time = \"1s\"\nstop_time = \"5s\"", `good.toml:11:13: bank.main.motion.stop_time: 5s is not longer than the doors' open 2s and close 3s`},
		{"advance opening longer than opening", `open = "2s"`, "open = \"2s\"\nadvance_opening = \"3s\"", `bank.main.doors.advance_opening: 3s is longer than open, 2s`},
		{"nudging faster than closing", `open = "2s"`, "close = \"3s\"\nnudge_close = \"2s\"", `good.toml:12:15: bank.main.doors.nudge_close: 2s is shorter than close, 3s`},
		{"nudging within the dwell", `open = "2s"`, "nudge_after = \"4s\"", `good.toml:11:15: bank.main.doors.nudge_after: 4s is shorter than the dwell, 5s`},
		{"visitors of more than all kinds", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\nearly = \"60%\"\nrevoked = \"60%\"\n[run]", `good.toml:17:1: visitor.v: early, expired, revoked, wrong_floor and ring sum to 120 %; the most is 100 %`},
		{"inter-floor traffic of one floor", "[tenant.staff]", "[tenant.staff]\nfloors = [3]", `traffic.morning: inter-floor traffic needs people on at least two floors; the tenants have one`},
		{"a home that a car does not serve", "[bank.main.motion]", "home = 0\ninterface = \"destination\"\n[bank.main.car.2]\nserves = \"1-5\"\n[bank.main.motion]", `bank.main.car.2.home: floor 0 is not served by the car (give the car a home of its own)`},
		{"a mean transfer outside its range", `open = "2s"`, "transfer_shape = 20\ntransfer_min = \"2s\"\ntransfer_max = \"6s\"", `bank.main.doors.transfer_in: the mean 1.1s lies outside transfer_min 2s and transfer_max 6s`},
		{"the destination dispatcher with buttons", "cars = 2", "cars = 2\ndispatcher = \"destination\"\ninterface = \"buttons\"", `good.toml:9:13: bank.main.interface: dispatcher "destination" needs destination panels`},
		{"a window of nothing", `duration = "1h"`, `duration = "20min"`, `good.toml:18:12: run.duration: warm_up 15min and cool_down 5min leave nothing of duration 20min to measure`},
		{"a cap before the end", `duration = "1h"`, "duration = \"1h\"\ncap = \"59min\"", `good.toml:19:7: run.cap: 59min is before the end of run.duration, 1h`},
		{"an unknown metric", "awt =", "awtt =", `good.toml:20:1: expect.awtt: unknown metric (did you mean "awt"?)`},
		{"an expectation in another unit", `"<= 30s"`, `"<= 30%"`, `good.toml:20:7: expect.awt: "30%" is not a value in s`},
		{"an expectation without a unit", `"<= 30s"`, `"<= 30"`, `"30" is not a value in s`},
		{"an expectation without an operator", `"<= 30s"`, `"30s"`, `"30s" has no operator`},
		{"an expectation of NaN", `"<= 30s"`, `"<= NaNs"`, `"NaNs" is not a value in s`},
		{"an empty list of bounds", `"<= 30s"`, `[]`, `expect.awt: has no bound`},
		{"a fault on an unknown bank", "[run]", "[fault.f]\nkind = \"stuck-door\"\nbank = \"mian\"\ncar = 1\nat = \"1min\"\nfor = \"1min\"\n[run]", `good.toml:19:8: fault.f.bank: there is no bank "mian"; the banks are main (did you mean "main"?)`},
		{"a fault on a car that does not exist", "[run]", "[fault.f]\nkind = \"stuck-door\"\ncar = 3\nat = \"1min\"\nfor = \"1min\"\n[run]", `fault.f.car: bank main has no car 3; it has cars 1 to 2`},
		{"a slow car without a factor", "[run]", "[fault.f]\nkind = \"slow-car\"\ncar = 1\nat = \"1min\"\nfor = \"1min\"\n[run]", `fault.f: factor is missing`},
		{"a link down for a car", "[run]", "[fault.f]\nkind = \"link-down\"\ncar = 1\nat = \"1min\"\nfor = \"1min\"\n[run]", `good.toml:19:1: fault.f.car: only has a meaning with the kinds that befall a car (remove it)`},
		{"a link down with a delay", "[run]", "[fault.f]\nkind = \"link-down\"\ndelay = \"1s\"\nat = \"1min\"\nfor = \"1min\"\n[run]", `fault.f.delay: only has a meaning with kind = "cold-start" or "stale-events"`},
		{"a cold start with a share", "[run]", "[fault.f]\nkind = \"cold-start\"\nshare = \"5%\"\nat = \"1min\"\nfor = \"1min\"\n[run]", `fault.f.share: only has a meaning with kind = "stale-events"`},
		{"stale events of which there are none", "[run]", "[fault.f]\nkind = \"stale-events\"\nshare = \"0%\"\nat = \"1min\"\nfor = \"1min\"\n[run]", `good.toml:19:9: fault.f.share: "0%" is too small; the least is 0.01%`},
		{"an unknown fault", "[run]", "[fault.f]\nkind = \"link-dwn\"\ncar = 1\nat = \"1min\"\nfor = \"1min\"\n[run]", `fault.f.kind: "link-dwn" is unknown`},
		{"a load of an unknown profile", "[run]", "[load]\nprofile = \"sok\"\n[run]", `good.toml:18:11: load.profile: "sok" is unknown; expected "constant", "ramp", "spike" or "soak" (did you mean "soak"?)`},
		{"a load without a period", "[run]", "[load]\nrate = 5\n[run]", `good.toml:18:8: load.rate: 5 has no unit; expected a rate in /s`},
		{"a load of nothing", "[run]", "[load]\nrate = \"0/s\"\n[run]", `load.rate: "0/s" is too small; the least is 0.001/s`},
		{"a ramp with a constant load", "[run]", "[load]\nramp = \"5s\"\n[run]", `load.ramp: only has a meaning with profile = "ramp" or "soak" (remove it)`},
		{"a ramp longer than the load", "[run]", "[load]\nprofile = \"ramp\"\nduration = \"5s\"\nramp = \"6s\"\n[run]", `good.toml:20:8: load.ramp: 6s is longer than duration, 5s`},
		{"a duration of nonsense beside a ramp", "[run]", "[load]\nprofile = \"ramp\"\nduration = \"5\"\nramp = \"6s\"\n[run]", `good.toml:19:12: load.duration: "5" is not a time span`},
		{"a spike longer than the load", "[run]", "[load]\nprofile = \"spike\"\nduration = \"5s\"\nspike = \"6s\"\n[run]", `load.spike: 6s is longer than duration, 5s`},
		{"a spike that is none", "[run]", "[load]\nprofile = \"spike\"\nrate = \"9/s\"\nspike_rate = \"9/s\"\n[run]", `good.toml:20:14: load.spike_rate: 9/s is not above rate, 9/s`},
		{"an unknown metric of a load", "awt =", "load_ack_p9 =", `expect.load_ack_p9: unknown metric (did you mean "load_ack_p99"?)`},
		{"a throughput in another unit", `awt = "<= 30s"`, `load_throughput = ">= 30s"`, `expect.load_throughput: "30s" is not a value in /s; expected an operator (<=, <, >=, >) and a value in /s, such as "<= 100/s"`},
		{"a visitor to the entrance", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [0]\n[run]", `visitor.v.floors: floor 0 is an entrance`},
		{"a rate without a period", "[run]", "[visitor.v]\nper_hour = 4\nfloors = [1]\n[run]", `visitor.v.per_hour: 4 has no unit; expected a rate`},
		{"a list that does not exist", "demand = \"5%\"\nmix = \"85/10/5\"", `list = "none.csv"`, `good.toml:15:8: traffic.morning.list: none.csv does not exist`},
		{"a list that is not in the library", "demand = \"5%\"\nmix = \"85/10/5\"", `list = "library:none.csv"`, `library:none.csv is not a passenger list of the library`},
		{"a list for a larger building", "demand = \"5%\"\nmix = \"85/10/5\"", `list = "library:std-1.csv"`, `library:std-1.csv:3: destination 8 is not a floor; the building has floors 0 to 5`},
		{"a newer schema", "schema = 1", "schema = 2", `good.toml:1:10: schema: is version 2; this hoistway reads version 1 (use a newer hoistway)`},
		{"no schema", "schema = 1\n", "", `good.toml:1:1: schema is missing (expected the number 1)`},
		{"an unknown word", `open = "2s"`, `dwell = "extend"`, `bank.main.doors.dwell: "extend" is unknown; expected "fixed" or "extends" (did you mean "extends"?)`},
		{"a date", "floors = 6", "floors = 1979-05-27", `is a date or time; expected a whole number`},
		{"heights of another building", "floors = 6", "floors = 6\nheights = [\"3m\"]", `building.heights: has 1 heights; 6 floors have 5`},
		{"height and heights", "floors = 6", "floors = 6\nheight=\"3m\"\nheights = [\"3m\",\"3m\",\"3m\",\"3m\",\"3m\"]", `building.height: height and heights are both given`},
		{"two floors of one name", "floors = 6", "floors = 6\nnames = [\"a\",\"b\",\"c\",\"d\",\"e\",\"a\"]", `building.names: floors 0 and 5 are both called "a"`},
		{"shares of entrances that do not sum to 1", "floors = 6", "floors = 6\nentrances = { 0 = \"50%\", 1 = \"40%\" }", `good.toml:5:13: building.entrances: shares sum to 90 %`},
		{"people from outside without an entrance", "floors = 6", "floors = 6\nentrances = []", `people come from outside but the building has no entrance`},
		{"a syntax fault", "floors = 6", "floors = ", `good.toml:4:10: building.floors: is not TOML: expected value`},
		{"a duplicate key", "floors = 6", "floors = 6\nfloors = 7", `good.toml:5:1: building.floors: is not TOML`},
		{"a unit outside quotes", `"1.6m/s"`, `1.6m/s`, `is not TOML`},
		{"control characters in a title", "schema = 1", "schema = 1\ntitle = \"a\\u001b[2J\"", `title: has control characters`},
		{"log data kept for longer than a year", "[run]", "[service]\nlog_data = \"400d\"\n[run]", `good.toml:18:12: service.log_data: 400d is longer than the Flow statement allows: "The collected Log Data is retained as allowed by applicable local data protection laws, however no longer than up to 1 year from collection." (write log_data = "365d" or less)`},
		{"a building log without a retention", "[run]", "[service.log.doors]\nfields = [\"floor\"]\n[run]", `good.toml:17:1: service.log.doors: retention is missing (expected a time span in d, h, min, s or ms`},
		{"a building log of a field that does not exist", "[run]", "[service.log.doors]\nfields = [\"name\"]\nretention = \"30d\"\n[run]", `good.toml:18:11: service.log.doors.fields[0]: "name" is unknown; expected "bank", "floor" or "result"`},
		{"a building log of nothing", "[run]", "[service.log.doors]\nfields = []\nretention = \"30d\"\n[run]", `service.log.doors.fields: names no field`},
		{"a building log of one field twice", "[run]", "[service.log.doors]\nfields = [\"floor\", \"floor\"]\nretention = \"30d\"\n[run]", `service.log.doors.fields: names a field twice`},
		{"an unknown key of the service", "[run]", "[service]\nretention = \"30d\"\n[run]", `good.toml:18:1: service.retention: unknown key (did you mean "rotation"?)`},
		{"a date without quotes", "[run]", "[service]\nstart = 2027-01-01\n[run]", `good.toml:18:9: service.start: a date or time; expected a date, such as "2027-01-01", or a date and time with zone, such as "2027-01-01T08:00:00Z" (write it in quotes, such as "2027-01-01")`},
		{"a day that the month does not have", "[run]", "[service]\nstart = \"2027-02-29\"\n[run]", `service.start: "2027-02-29" is not a date`},
		{"a time without a zone", "[run]", "[service]\nstart = \"2027-01-01T08:00:00\"\n[run]", `is not a date; expected a date`},
		{"a start finer than a second", "[run]", "[service]\nstart = \"2027-01-01T08:00:00.5Z\"\n[run]", `is finer than a second`},
		{"a start before anybody had a phone", "[run]", "[service]\nstart = \"1927-01-01\"\n[run]", `is not in the years 2000 to 2200`},
		{"a country by its name", "[run]", "[service]\nregion = \"Finland\"\n[run]", `service.region: "Finland" is not a country; expected a country by its ISO 3166 code of two capitals, such as "FI"`},
		{"true in quotes", "[run]", "[service]\nresidential = \"yes\"\n[run]", `service.residential: "yes" is text; expected true or false`},
		{"apartments in an office", "[run]", "[service]\napartments = 3\n[run]", `service.apartments: only has a meaning with residential = true (remove it)`},
		{"a site with the name of the building itself", "[run]", "[service]\nsites = [\"main\"]\n[run]", `service.sites: "main" is the name of the simulated building (give it another name)`},
		{"a site twice", "[run]", "[service]\nsites = [\"annex\", \"annex\"]\n[run]", `service.sites: names annex twice`},
		{"positions coarser than what is near", "[run]", "[service]\nnear = \"5m\"\n[run]", `service.grid: 10m is coarser than near, 5m`},
		{"an app without a service", "[tenant.staff]", "[tenant.staff]\napp = \"flow\"", `good.toml:13:1: tenant.staff.app: only has a meaning where the scenario has a service: a [service] table, an event, visitors or remote calls (remove it)`},
		{"remote calls without an app", `walk_distance = "10m"`, "walk_distance = \"10m\"\nremote = \"10%\"\napp = \"none\"", `good.toml:15:7: tenant.staff.app: people without an app cannot call from the phone (write app = "flow" or "remote-call", or remote = "0%")`},
		{"a favourite floor in Remote Call", `walk_distance = "10m"`, "walk_distance = \"10m\"\nremote = \"10%\"\napp = \"remote-call\"\nfavourite = \"50%\"", `tenant.staff.favourite: only has a meaning with app = "flow" (remove it)`},
		{"remote calls of nobody", "[tenant.staff]\nwalk_distance = \"10m\"", "[tenant.other]\n[tenant.staff]\nfloors = [0]\nwalk_distance = \"10m\"\nremote = \"10%\"", `good.toml:16:10: tenant.staff.remote: nobody lives on the tenant's floors, so nobody can call from the phone`},
		{"a visitor whose host has no app to make a key", "[tenant.staff]\nwalk_distance = \"10m\"", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\n[tenant.staff]\napp = \"remote-call\"\nwalk_distance = \"10m\"", `good.toml:14:10: visitor.v.floors: nobody on floor 1 has Flow, so nobody there can make a visitor's key (give the floor people and their tenant app = "flow")`},
		{"a visitor who rings where there is no intercom", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\nring = \"10%\"\n[run]", `good.toml:20:8: visitor.v.ring: the building has no intercom to ring (write residential = true and intercom = true in [service])`},
		{"answers without rings", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\nanswered = \"10%\"\n[run]", `visitor.v.answered: only has a meaning with ring above 0% (remove it)`},
		{"visitors after the end of their round", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\nend = \"3h\"\nrepeat = \"2h\"\n[run]", `visitor.v.end: 3h is after the end of repeat, 2h`},
		{"an event of no kind", "[run]", "[event.e]\ncount = 2\n[run]", `good.toml:17:1: event.e: kind is missing (expected "sub-user-added", `},
		{"an event of an unknown kind", "[run]", "[event.e]\nkind = \"erase\"\n[run]", `good.toml:18:8: event.e.kind: "erase" is unknown; expected`},
		{"an event after the end of the run", "[run]", "[event.e]\nkind = \"erased\"\nat = \"1h\"\n[run]", `good.toml:19:6: event.e.at: 1h is not before the end of run.duration, 1h (lengthen run.duration)`},
		{"events until after the end of the run", "[run]", "[event.e]\nkind = \"erased\"\nto = \"2h\"\n[run]", `good.toml:19:6: event.e.to: 2h is after the end of run.duration, 1h`},
		{"events from after their end on", "[run]", "[event.e]\nkind = \"erased\"\nfrom = \"30min\"\nto = \"10min\"\n[run]", `good.toml:19:8: event.e.from: from 30min is not before to 10min`},
		{"an event at an instant and between two", "[run]", "[event.e]\nkind = \"erased\"\nat = \"30min\"\nto = \"40min\"\n[run]", `good.toml:20:6: event.e.to: at and to are both given (remove one of them)`},
		{"an event of a tenant that does not exist", "[run]", "[event.e]\nkind = \"erased\"\ntenant = \"staf\"\n[run]", `good.toml:19:10: event.e.tenant: there is no tenant "staf"; the tenants are staff (did you mean "staff"?)`},
		{"an event that befalls nobody, with a tenant", "[run]", "[event.e]\nkind = \"restarted\"\ntenant = \"staff\"\n[run]", `event.e.tenant: only has a meaning with kinds that befall somebody (remove it)`},
		{"an event of Flow with people of Remote Call", "[tenant.staff]", "[event.e]\nkind = \"preference-set\"\ntenant = \"staff\"\n[tenant.staff]\napp = \"remote-call\"", `event.e.tenant: preference-set befalls people with Flow; tenant staff has none`},
		{"an event of an app that nobody has", "[tenant.staff]", "[event.e]\nkind = \"erased\"\n[tenant.staff]\napp = \"none\"", `good.toml:13:8: event.e.kind: erased befalls people with an app; there are none`},
		{"an event at a site that does not exist", "[run]", "[event.e]\nkind = \"handed-over\"\nsite = \"anex\"\n[service]\nsites = [\"annex\"]\n[run]", `good.toml:19:8: event.e.site: there is no site "anex" (did you mean "annex"?)`},
		{"an event of people at a site", "[run]", "[event.e]\nkind = \"erased\"\nsite = \"annex\"\n[run]", `event.e.site: only has a meaning with kind = "handed-over" or "service-ended" (remove it)`},
		{"a channel of what is no right", "[run]", "[event.e]\nkind = \"moved-out\"\nchannel = \"manager\"\n[run]", `event.e.channel: only has a meaning with the rights`},
		{"a building handed over twice", "[run]", "[event.e]\nkind = \"handed-over\"\nat = \"1min\"\n[event.f]\nkind = \"service-ended\"\nat = \"2min\"\n[run]", `good.toml:21:8: event.f.kind: event e already ends the service in building main (remove one of them)`},
		{"a count of what happens once", "[run]", "[event.e]\nkind = \"handed-over\"\ncount = 2\n[run]", `event.e.count: only has a meaning with kinds that can happen again (remove it)`},
		{"sub-users in an office", "[run]", "[event.e]\nkind = \"sub-user-added\"\n[run]", `good.toml:18:8: event.e.kind: sub-user-added needs apartments, but nobody lives in the building (write residential = true in [service])`},
		{"a look through a camera that is not there", "[run]", "[event.e]\nkind = \"troubleshot\"\n[run]", `event.e.kind: troubleshot needs an intercom, but the building has none`},
		{"a restore before any backup is made", "[run]", "[event.e]\nkind = \"backed-up\"\nto = \"30min\"\n[event.f]\nkind = \"restored\"\nat = \"20min\"\n[run]", `good.toml:20:1: event.f: restored, number 1, finds 0 backed-up before it: no backup is there to be restored (add an event of kind = "backed-up" that is over before)`},
		{"more cases closed than opened", "[run]", "[event.e]\nkind = \"held\"\nat = \"1min\"\n[event.f]\nkind = \"released\"\ncount = 2\nfrom = \"20min\"\n[run]", `event.f: released, number 2, finds 1 held before it: no case is open`},
		{"a repeat beside a list", "demand = \"5%\"\nmix = \"85/10/5\"", "list = \"library:std-1.csv\"\nrepeat = \"24h\"", `traffic.morning.repeat: has no meaning beside list (remove it)`},
		{"a step after the end of its round", "demand = \"5%\"\n", "repeat = \"2h\"\n" + `steps = [{ start = "0s", end = "3h", demand = "1%" }]` + "\n", `good.toml:16:10: traffic.morning.steps[0]: ends at 3h, after the end of repeat, 2h`},
		{"a round of minutes", "mix =", "repeat = \"20min\"\nmix =", `traffic.morning.repeat: "20min" is too short; the least is 1h`},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			s, err := Parse("good.toml", []byte(swap(t, row.old, row.new)), Options{})
			if s != nil || err == nil {
				t.Fatal("no fault found")
			}
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("the error is %T, not Problems", err)
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("want a problem\n  %s\ngot\n  %s", row.want, strings.ReplaceAll(err.Error(), "\n", "\n  "))
			}
			if n := len(ps); n > 1 && !manyFaults[row.sentence] {
				t.Errorf("one fault gives %d problems:\n%s", n, err)
			}
		})
	}
}

// manyFaults are rows that break more than one thing.
var manyFaults = map[string]bool{
	"a list for a larger building":      true,
	"a repeat beside a list":            true,
	"a mean transfer outside its range": true,
	"a bank without a name":             true,
}

// Policies are those of the caller: the format knows none, and checks none
// unless it is told.
func TestUnknownDispatchers(t *testing.T) {
	known := []string{"eta", "collective"}
	for _, row := range []struct {
		sentence, text string
		o              Options
		want           string
	}{
		{"a known policy", swap(t, "cars = 2", "dispatcher = \"collective\"\ncars = 2"), Options{Dispatchers: known}, ""},
		{"the default is one too", good, Options{Dispatchers: known}, ""},
		{"any policy while none are known", swap(t, "cars = 2", "dispatcher = \"nearest\"\ncars = 2"), Options{}, ""},
		{"a policy near a known one", swap(t, "cars = 2", "dispatcher = \"colective\"\ncars = 2"), Options{Dispatchers: known},
			`good.toml:7:14: bank.main.dispatcher: there is no dispatcher "colective"; the dispatchers are eta, collective (did you mean "collective"?)`},
		{"a policy far from all", swap(t, "cars = 2", "cars = 2\ndispatcher = \"nearest-car\""), Options{Dispatchers: known},
			`good.toml:8:14: bank.main.dispatcher: there is no dispatcher "nearest-car"; the dispatchers are eta, collective`},
		{"a policy by --set", good, Options{Dispatchers: known, Set: []string{"bank.main.dispatcher=etaa"}},
			`--set 1: bank.main.dispatcher: there is no dispatcher "etaa"; the dispatchers are eta, collective (did you mean "eta"?)`},
		{"a default that the caller does not know", good, Options{Dispatchers: known[1:]},
			`good.toml:6:1: bank.main.dispatcher: there is no dispatcher "eta"; the dispatchers are collective`},
	} {
		_, err := Parse("good.toml", []byte(row.text), row.o)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.sentence, got, row.want)
		}
	}
}

func TestAllFaultsAtOnceInFileOrder(t *testing.T) {
	text := strings.NewReplacer(`"1.6m/s"`, "1.6", "floors = 6", "flors = 6\nfloors = 6", `"<= 30s"`, `"30s"`, `"2s"`, `"2m/s"`).Replace(good)
	_, err := Parse("good.toml", []byte(text), Options{Set: []string{"run.sed=3", "bank.main.cars=two"}})
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		got = append(got, strings.Join(strings.SplitN(line, ": ", 3)[:2], ": "))
	}
	want := "good.toml:4:1: building.flors\ngood.toml:10:9: bank.main.motion.speed\ngood.toml:12:8: bank.main.doors.open\n" +
		"good.toml:21:7: expect.awt\n--set 1: run.sed\n--set 2: bank.main.cars"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestManyFaultsAreCut(t *testing.T) {
	var b strings.Builder
	b.WriteString(good + "[tenant.b]\n")
	for i := range 1000 {
		b.WriteString("k" + strings.Repeat("x", i%50) + strings.Repeat("y", i/50) + " = 1\n")
	}
	_, err := Parse("good.toml", []byte(b.String()), Options{})
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != mostProblems+1 || !strings.Contains(ps[mostProblems].Message, "and 95") {
		t.Errorf("got %d problems, the last %v", len(ps), ps[len(ps)-1])
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	large := filepath.Join(dir, "large.toml")
	f, err := os.Create(large)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(100<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ sentence, ref, want string }{
		{"a missing file", filepath.Join(dir, "none.toml"), "none.toml: does not exist"},
		{"a folder", dir + "/", "is a folder; expected the file of a scenario"},
		{"an empty file", file("empty.toml", ""), "is empty"},
		{"a file of white space", file("white.toml", " \n\t\n"), "is empty"},
		{"100 MB", large, "is 104857600 bytes large; a scenario has at most 4 MiB"},
		{"text that is not UTF-8", file("latin.toml", "schema = 1\ntitle = \"Aufz\xfcge\""), "latin.toml:2:14: is not UTF-8 text"},
		{"a name that is not in the library", "ofice-lunch", `is not a scenario of the library; the library has crites-barto, hotel,`},
		{"a name near one of the library", "ofice-lunch", `did you mean "office-lunch"?`},
		{"no name", "", "is not a scenario of the library"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			s, err := Load(row.ref, Options{})
			var ps Problems
			if s != nil || !errors.As(err, &ps) || len(ps) != 1 {
				t.Fatalf("got %v, %v; want one problem", s, err)
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q in it", err, row.want)
			}
		})
	}
}

// Shapes that are small files but much work for a careless reader, who would
// need hours or exhaust the stack: then the test binary ends by its own time
// limit or crashes.
func TestHostileShapesEndSoon(t *testing.T) {
	const size = largestScenario - 100
	for _, row := range []struct{ sentence, text string }{
		{"nested brackets", "a = " + strings.Repeat("[", size)},
		{"nested inline tables", "a = " + strings.Repeat("{a=", size/3)},
		{"a dotted key of a million parts", strings.Repeat("a.", size/2) + "a = 1"},
		{"a table header of a million parts", "[" + strings.Repeat("a.", size/2) + "a]"},
		{"a list of two million numbers", "a = [" + strings.Repeat("0,", size/2) + "]"},
		{"a million table headers", strings.Repeat("[[a]]\n", size/6)},
		{"many unknown keys", manyKeys(100_000)},
		{"noise", strings.Repeat("k\x01[{\"", size/5)},
		{"an endless string", "a = \"" + strings.Repeat("x", size)},
		{"nested brackets after a string with an escape", `a = "\\"` + "\nb = " + strings.Repeat("[", size)},
		{"nested brackets after a long string", `a = """x""""` + "\nb = " + strings.Repeat("[", size)},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			_, err := Parse("hostile.toml", []byte(row.text), Options{})
			var ps Problems
			if !errors.As(err, &ps) {
				t.Errorf("got %v, want problems", err)
			} else if len(err.Error()) > 20_000 {
				t.Errorf("the message is %d bytes long", len(err.Error()))
			}
		})
	}
}

// manyKeys is a file of n keys that are all unknown.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("k" + strconv.Itoa(i) + " = 1\n")
	}
	return b.String()
}
