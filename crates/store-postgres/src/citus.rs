//! Where ledgers lie in a database of many servers.

use ledger::id::LedgerId;
use store::StoreError;

use crate::session::Session;
use crate::trip::values;

/// Whether the extension is there, and our tables are distributed by it.
const IS_DISTRIBUTED: &str = "SELECT true FROM pg_catalog.pg_extension WHERE extname = 'citus'";

// The tables of a ledger lie together, so one of them tells for all.
const RANGES: &str = "SELECT s.shardminvalue::bigint, s.shardmaxvalue::bigint \
    FROM pg_dist_shard s WHERE s.logicalrelid = 'ledger'::regclass ORDER BY 1";

/// The ranges of hashes that lie together, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shards {
    lowest: Vec<i32>,
}

impl Shards {
    /// Reads the ranges; `None` when one server has everything.
    pub(crate) fn read(session: &Session) -> Result<Option<Shards>, StoreError> {
        let is_there = session.first(IS_DISTRIBUTED, values![], |fields| fields.get::<bool>())?;
        if is_there.is_none() {
            return Ok(None);
        }
        let ranges = session.all(RANGES, values![], |fields| fields.get::<i64>())?;
        let lowest: Vec<i32> = ranges.into_iter().filter_map(|low| low.try_into().ok()).collect();
        Ok((!lowest.is_empty()).then_some(Shards { lowest }))
    }

    /// The group of a ledger: ledgers of one group lie on one server.
    pub(crate) fn group(&self, ledger: LedgerId) -> u32 {
        let hash = hash(ledger.0 as i64);
        let behind = self.lowest.partition_point(|low| *low <= hash);
        u32::try_from(behind.saturating_sub(1)).unwrap_or(0)
    }
}

/// PostgreSQL's `hashint8`: a number is mixed as 32 bits, by Bob Jenkins' last step.
fn hash(value: i64) -> i32 {
    let low = value as u32;
    let high = (value >> 32) as u32;
    // Small numbers hash as their 32-bit selves do.
    let folded = low ^ if value >= 0 { high } else { !high };
    let seed = 0x9e37_79b9_u32.wrapping_add(4).wrapping_add(3_923_095);
    let (mut a, mut b, mut c) = (seed.wrapping_add(folded), seed, seed);
    let mix = |into: &mut u32, by: u32, turn: u32| {
        *into = (*into ^ by).wrapping_sub(by.rotate_left(turn));
    };
    mix(&mut c, b, 14);
    mix(&mut a, c, 11);
    mix(&mut b, a, 25);
    mix(&mut c, b, 16);
    mix(&mut a, c, 4);
    mix(&mut b, a, 14);
    mix(&mut c, b, 24);
    c as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Database;

    #[test]
    fn numbers_hash_as_the_server_hashes_them() {
        let database = Database::new();
        let numbers =
            [0, 1, 2, -1, 64, 1 << 31, -(1 << 31), i64::MAX, i64::MIN, 0x0123_4567_89AB_CDEF];
        let session = database.session();
        for number in numbers {
            let sql = "SELECT hashint8($1)";
            let of_server = session.first(sql, values![number], |fields| fields.get::<i32>());
            assert_eq!(Some(hash(number)), of_server.expect("ask"), "{number}");
        }
    }

    #[test]
    fn a_ledger_lies_in_the_range_of_its_hash() {
        let quarter = 1 << 30;
        let shards = Shards { lowest: vec![i32::MIN, -quarter, 0, quarter] };
        let mut seen = [0; 4];
        for id in 1..=4_000 {
            let group = shards.group(LedgerId(id)) as usize;
            let hash = hash(id as i64);
            assert!(shards.lowest[group] <= hash);
            assert!(shards.lowest.get(group + 1).is_none_or(|next| hash < *next));
            seen[group] += 1;
        }
        assert!(seen.iter().all(|count| *count > 800), "{seen:?}");
    }
}
