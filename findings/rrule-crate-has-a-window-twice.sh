#!/usr/bin/env bash
# rrule 0.14.0 (crates.io), with Rust 1.95.
#
# Believed: a moment that both RRULE and RDATE give is one date: of instances that are the same only one is counted (RFC 5545, section 3.8.5.2), as
# dateutil and rrule-temporal have it.
# Seen: it is there twice, also where RDATE writes it in another zone. The start is twice as well once RDATE lists it. EXDATE takes away both.
# Bites: whoever makes a window, a notice or a job of each date: it is made twice, or a limit on how many there are is reached too early. Where all dates
# come from rules, or all are listed, nothing is amiss. Remove duplicates after sorting by moment.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.1.0"
edition = "2021"

[dependencies]
rrule = "=0.14.0"
TOML
cat >src/main.rs <<'RUST'
use rrule::RRuleSet;

const EVENT: &str = "DTSTART;TZID=Europe/Berlin:20270105T220000\nRRULE:FREQ=DAILY;COUNT=3";

fn main() {
    for more in [
        "",
        "RDATE;TZID=Europe/Berlin:20270105T220000",
        "RDATE;TZID=Europe/Berlin:20270106T220000",
        "RDATE:20270106T210000Z",
        "RDATE:20270106T210000Z\nEXDATE:20270106T210000Z",
    ] {
        let set: RRuleSet = format!("{EVENT}\n{more}").trim().parse().unwrap();
        let dates: Vec<String> = set.all(10).dates.iter().map(|date| date.naive_utc().format("%d").to_string()).collect();
        println!("{} = {}", if more.is_empty() { "the rule alone".to_string() } else { more.replace('\n', " ") }, dates.join(" "));
    }
}
RUST
got=$(cargo run --quiet)
echo "days in January, in UTC:"
echo "$got"
[ "$got" = 'the rule alone = 05 06 07
RDATE;TZID=Europe/Berlin:20270105T220000 = 05 05 06 07
RDATE;TZID=Europe/Berlin:20270106T220000 = 05 06 06 07
RDATE:20270106T210000Z = 05 06 06 07
RDATE:20270106T210000Z EXDATE:20270106T210000Z = 05 07' ] || { echo "the behavior has changed"; exit 1; }
