//! Times of the week in a time zone.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Hours on some days of the week.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    days: Vec<Weekday>,
    from: Time,
    until: Time,
    zone: TimeZone,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Span {
    /// Reads `Mon-Fri 08:00-18:00 Europe/Berlin`. `22:00-06:00` ends on the day after.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [days, hours, zone] = words.as_slice() else {
            return Err(format!("\"{text}\" is not days, hours and a time zone"));
        };
        let (from, until) = hours.split_once('-').ok_or_else(|| format!("\"{hours}\" is not hours"))?;
        if from == until {
            return Err(format!("\"{hours}\" is no time at all"));
        }
        let (from, until) = (clock(from)?, clock(until)?);
        let zone = TimeZone::get(zone).map_err(|_| format!("there is no time zone \"{zone}\""))?;
        Ok(Self { days: weekdays(days)?, from, until, zone })
    }

    /// Says whether a moment lies within.
    pub(super) fn contains(&self, now: Timestamp) -> bool {
        let local = now.to_zoned(self.zone.clone()).datetime();
        let (day, time) = (local.date().weekday(), local.time());
        if self.from < self.until {
            return self.days.contains(&day) && self.from <= time && time < self.until;
        }
        let evening = self.days.contains(&day) && self.from <= time;
        evening || (self.days.contains(&day.previous()) && time < self.until)
    }
}

fn clock(text: &str) -> Result<Time, String> {
    let wrong = || format!("\"{text}\" is not a time of day");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return Err(wrong());
    }
    // The end of the day is the start of the next one: a span up to it goes over midnight.
    if text == "24:00" {
        return Ok(Time::midnight());
    }
    let number = |part: &str| part.parse().map_err(|_| wrong());
    Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| wrong())
}

fn weekdays(text: &str) -> Result<Vec<Weekday>, String> {
    let one = |word: &str| {
        let word = word.to_ascii_lowercase();
        let found = DAYS.iter().position(|(name, _)| *name == word);
        found.ok_or_else(|| format!("\"{word}\" is no day of the week"))
    };
    if text == "daily" {
        return Ok(DAYS.iter().map(|(_, day)| *day).collect());
    }
    let mut out = Vec::new();
    for part in text.split(',') {
        let (from, until) = part.split_once('-').unwrap_or((part, part));
        let (mut index, last) = (one(from)?, one(until)?);
        loop {
            out.extend(DAYS.get(index).map(|(_, day)| *day));
            if index == last {
                break;
            }
            index = (index + 1) % DAYS.len();
        }
    }
    Ok(out)
}

/// Reads a day (its end, in UTC) or a moment, such as `2026-12-01` or `2026-12-01T00:00:00Z`.
pub(crate) fn day(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    let next = date.checked_add(1.day()).ok()?;
    next.to_zoned(TimeZone::UTC).ok().map(|found| found.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_the_zone() {
        let within = |span: &str, moment: &str| Span::read(span).unwrap().contains(moment.parse().unwrap());
        let office = "Mon-Fri 08:00-18:00 Europe/Berlin";
        // A Friday in winter: Berlin is one hour ahead.
        assert!(within(office, "2026-11-20T07:00:00Z"));
        assert!(!within(office, "2026-11-20T06:59:00Z"));
        assert!(!within(office, "2026-11-20T17:00:00Z"));
        assert!(!within(office, "2026-11-21T10:00:00Z"));
        // In summer two.
        assert!(within(office, "2026-07-17T06:00:00Z"));
        let night = "Fri,Sat 22:00-06:00 UTC";
        assert!(within(night, "2026-11-20T23:00:00Z"));
        assert!(within(night, "2026-11-22T05:59:00Z"));
        assert!(!within(night, "2026-11-20T05:00:00Z"));
        assert!(within("daily 00:00-24:00 UTC", "2026-11-20T00:00:00Z"));
        assert!(within("Sat-Mon 00:00-12:00 UTC", "2026-11-22T11:00:00Z"));
    }

    #[test]
    fn a_time_without_zone_or_sense_is_refused() {
        for text in [
            "Mon-Fri 08:00-18:00",
            "Mon 8-18 UTC",
            "Mon 08:00-08:00 UTC",
            "Xxx 08:00-09:00 UTC",
            "Mon 08:00-25:00 UTC",
            "Mon 08:00-09:00 Europe/Nowhere",
            "08:00-09:00 UTC",
        ] {
            assert!(Span::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_ends_with_its_last_second() {
        assert_eq!(day("2026-12-01"), "2026-12-02T00:00:00Z".parse().ok());
        assert_eq!(day("2026-12-01T00:00:00Z"), "2026-12-01T00:00:00Z".parse().ok());
        assert_eq!(day("2026-13-01"), None);
    }
}
