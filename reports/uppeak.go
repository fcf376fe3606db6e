package reports

import "hoistway/twin/result"

// upPeakBlock is what calculation says of each bank; ok is false for a result
// that holds none.
func upPeakBlock(f *result.File) (b block, ok bool) {
	t := table{Caption: "Calculated figures by bank", Columns: columns("Bank", "Round trip", "Interval", "Handling capacity per 5 min", "Stops (S)", "Highest floor (H)", "Persons a trip (P)"),
		Note: "S and H are expected numbers of served floors above the lobby: at how many the car stops, and up to which it goes. The handling capacity is of the people on these floors."}
	for _, h := range f.Header.Banks {
		switch u := h.UpPeak; {
		case u != nil:
			t.Rows = append(t.Rows, []string{h.Name, quantity(u.RoundTrip, "s"), quantity(u.Interval, "s"), quantity(u.HandlingCapacity, "%"),
				number(u.Stops, 1), number(u.HighestFloor, 1), number(u.Persons, 1)})
		case h.NoUpPeak != "":
			t.Rows = append(t.Rows, []string{h.Name, "–", "–", "–", "–", "–", "–"})
			t.Note += " No " + h.NoUpPeak + "."
		}
	}
	return block{Heading: "Up-peak by calculation", Table: &t,
		Text: "The round-trip time of the textbook, in closed form beside the simulation: it assumes pure up-peak, in which everybody travels from the lobby upwards, " +
			"choosing floors by their population, in cars that leave 80 % full and come back empty, and it knows no dispatcher."}, len(t.Rows) > 0
}
