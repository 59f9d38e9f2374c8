#!/usr/bin/env bash
# ical4j 4.4.0, on Java 17 or later, with Maven.
#
# Believed: ical4j reads a time that the clocks skip with the offset before the gap, for that instance alone, and of a time that
# they repeat takes the first (RFC 5545, section 3.3.5).
# Seen: the instance in the gap is right. But the dates of a rule are steps of a java.time.ZonedDateTime, which has forgotten what it
# was to show: every day at 02:30 from the day of the gap on is every day at 03:30, and with BYDAY also an instance before
# the gap is late. The first Sunday of November at 01:12 in Denver is the second 01:12, as the step came from later in the month.
# Bites: who compares own dates with ical4j, or plans work at night by it: an hour, for the rest of the series.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><dependencies><dependency>
<groupId>org.mnode.ical4j</groupId><artifactId>ical4j</artifactId><version>4.4.0</version></dependency></dependencies></project>
XML
mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=lib

cat >Read.java <<'JAVA'
import java.io.StringReader;
import java.time.ZonedDateTime;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.model.Period;
import net.fortuna.ical4j.model.component.VEvent;

public class Read {
    public static void main(String[] args) throws Exception {
        print("America/Chicago", "20290311T023000", "FREQ=DAILY;COUNT=2");
        print("America/Chicago", "20290304T023000", "FREQ=WEEKLY;BYDAY=SU,TU;WKST=MO;COUNT=3");
        print("America/Denver", "20310907T011200", "FREQ=MONTHLY;BYDAY=1SU;COUNT=3");
    }

    static void print(String zone, String start, String rule) throws Exception {
        String text = String.join("\r\n", "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//finding//EN",
            "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=" + zone + ":" + start, "DURATION:PT1H",
            "RRULE:" + rule, "END:VEVENT", "END:VCALENDAR", "");
        VEvent event = (VEvent) new CalendarBuilder().build(new StringReader(text)).getComponent("VEVENT").get();
        var period = new Period<>(ZonedDateTime.parse("2028-01-01T00:00:00Z"), ZonedDateTime.parse("2033-01-01T00:00:00Z"));
        event.<ZonedDateTime>calculateRecurrenceSet(period).forEach(p -> System.out.println(p.getStart().toInstant()));
    }
}
JAVA

got=$(java -cp 'lib/*' Read.java 2>log | sort) || { cat log; exit 1; }
want='2029-03-04T08:30:00Z
2029-03-06T09:30:00Z
2029-03-11T08:30:00Z
2029-03-11T08:30:00Z
2029-03-12T08:30:00Z
2031-09-07T07:12:00Z
2031-10-05T07:12:00Z
2031-11-02T08:12:00Z'

echo "dates; 03-06 should be at 08:30, 03-12 at 07:30, 11-02 at 07:12:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
