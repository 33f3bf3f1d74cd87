//! Who issues a document, and whom it is for.

use ledger::model::LedgerRow;
use ledger::model::document::{Address, IssuedTo, Shipping};

use crate::language::Words;
use crate::paper::Party;

/// Countries where the postal code stands behind the town, by their codes.
const CODE_BEHIND: [&str; 12] =
    ["AU", "BR", "CA", "CN", "GB", "HK", "ID", "IE", "IN", "KR", "NZ", "US"];

pub(super) fn issuer(ledger: &LedgerRow) -> Party {
    let profile = &ledger.documents.profile;
    Party { label: "", name: ledger.name.clone(), lines: profile.email.iter().cloned().collect() }
}

pub(super) fn customer(to: &IssuedTo, words: &Words) -> Party {
    let mut lines = to.address.as_ref().map(address).unwrap_or_default();
    lines.extend(to.email.iter().cloned());
    Party { label: words.bill_to, name: to.name.clone().unwrap_or_default(), lines }
}

/// Where the goods go, unless that is where the document goes.
pub(super) fn recipient(to: &IssuedTo, words: &Words) -> Option<Party> {
    let Shipping { address: place, name, phone } = to.shipping.as_ref()?;
    if (place.is_none() || *place == to.address) && (name.is_none() || *name == to.name) {
        return None;
    }
    let mut lines = place.as_ref().map(address).unwrap_or_default();
    lines.extend(phone.iter().cloned());
    Some(Party { label: words.ship_to, name: name.clone().unwrap_or_default(), lines })
}

/// An address as it is written on a letter.
fn address(address: &Address) -> Vec<String> {
    let Address { city, country, line1, line2, postal_code, state } = address;
    let is_behind = country.as_deref().is_some_and(|code| CODE_BEHIND.contains(&code));
    let some = |parts: &[&Option<String>]| -> Vec<String> {
        parts.iter().filter_map(|part| (*part).clone()).collect()
    };
    let mut lines = some(&[line1, line2]);
    if is_behind {
        let region = some(&[state, postal_code]).join(" ");
        let town = [city.clone().unwrap_or_default(), region];
        let town: Vec<String> = town.into_iter().filter(|part| !part.is_empty()).collect();
        lines.push(town.join(", "));
    } else {
        lines.push(some(&[postal_code, city]).join(" "));
        lines.extend(state.iter().cloned());
    }
    lines.extend(country.iter().cloned());
    lines.retain(|line| !line.trim().is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towns_are_written_as_their_country_does() {
        let place = |country: &str, city: &str, state: Option<&str>, code: &str| Address {
            line1: Some("1 High Street".to_owned()),
            city: Some(city.to_owned()),
            country: Some(country.to_owned()),
            postal_code: Some(code.to_owned()),
            state: state.map(str::to_owned),
            ..Address::default()
        };
        let american = address(&place("US", "Austin", Some("TX"), "78701"));
        assert_eq!(american, ["1 High Street", "Austin, TX 78701", "US"]);
        let german = address(&place("DE", "Bonn", None, "53113"));
        assert_eq!(german, ["1 High Street", "53113 Bonn", "DE"]);
        let british = address(&place("GB", "Leeds", None, "LS1 4AP"));
        assert_eq!(british, ["1 High Street", "Leeds, LS1 4AP", "GB"]);
        assert_eq!(address(&Address::default()), Vec::<String>::new());
    }

    #[test]
    fn a_recipient_is_shown_where_it_differs() {
        let words = crate::language::Language::English.words();
        let place = Address { city: Some("Bonn".to_owned()), ..Address::default() };
        let mut to = IssuedTo { address: Some(place.clone()), ..IssuedTo::default() };
        assert_eq!(recipient(&to, words), None);
        to.shipping = Some(Shipping { address: Some(place), ..Shipping::default() });
        assert_eq!(recipient(&to, words), None);
        to.shipping = Some(Shipping { name: Some("Ann".to_owned()), ..Shipping::default() });
        assert_eq!(recipient(&to, words).map(|party| party.name), Some("Ann".to_owned()));
    }
}
