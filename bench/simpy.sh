#!/usr/bin/env bash
# How many times as many passengers a processor second carries here as in a
# small SimPy model of the same cases: bash bench/simpy.sh [ROUNDS]
#
# Both read the first passenger list of each peer case, on one core, in turns,
# so that both meet the same machine. Of ROUNDS turns (5 unless given) the
# medians are printed. The two count alike: processor time from the first event
# to the last person's arrival. Hoistway also runs its checkers, its digest and
# the summary in that time. Service is not compared: the model's control is naive.
#
# It needs Go, Debian's python3-simpy3, and ../shared/data/peer-workload beside
# the clone; without them it says so and ends with 0. PYTHON names another
# interpreter, DISPATCHER another policy than eta.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
policy=${DISPATCHER:-eta}
lists=../shared/data/peer-workload

skip() { echo "skipped: $*"; exit 0; }

[ -f "$lists/simpy_model.py" ] || skip "there is no $lists/simpy_model.py"
python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
	if "$candidate" -c 'import simpy' 2>/dev/null; then
		python=$candidate
		break
	fi
done
[ -n "$python" ] || skip "no Python here has SimPy: install Debian's python3-simpy3, or name an interpreter in PYTHON"
core=()
if command -v taskset >/dev/null && taskset -c 0 true 2>/dev/null; then
	core=(taskset -c 0)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/hoistway" ./cmd/hoistway

# An expectation that is missed ends a run with 3; its speed still counts.
hoistway() { # CASE
	"${core[@]}" "$work/hoistway" run "peer-${1/_/-}" --dispatcher "$policy" --passengers "$lists/$1-1.csv" --parallel 1 --format json 2>"$work/err" |
		grep -o '"passengers_per_cpu_second":[0-9.e+]*' | cut -d: -f2 || {
		cat "$work/err" >&2
		return 1
	}
}
simpy() { # CASE
	"${core[@]}" "$python" "$lists/simpy_model.py" "$1" "$lists/$1-1.csv" 1 | cut -f8
}
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

echo "$("$work/hoistway" version | head -n 1), $policy; SimPy $("$python" -c 'import simpy; print(simpy.__version__)'); median of $rounds turns"
echo
echo "| case | Hoistway, passengers per CPU second | SimPy model | ratio |"
echo "|---|---|---|---|"
for case in std tower std_lunch tower_lunch; do
	for ((i = 0; i < rounds; i++)); do
		hoistway "$case" >>"$work/$case-hoistway"
		simpy "$case" >>"$work/$case-simpy"
	done
	awk -v case="$case" -v a="$(median <"$work/$case-hoistway")" -v b="$(median <"$work/$case-simpy")" \
		'BEGIN {printf "| %s | %d | %d | %.1f |\n", case, a, b, a / b}'
done
