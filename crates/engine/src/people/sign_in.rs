//! Signing in, and what follows from it.

use std::time::Duration;

use ledger::id::{AccountId, LedgerId, UserId};
use ledger::model::{At, Mode, PasswordHash, SessionRow, TokenHash, UserRow, folded_email};
use ledger::{Action, Actor, Code, Refusal};
use sha2::{Digest, Sha256};
use store::{Reader, SessionChange, SessionsOf};

use super::password::{self, SALT_BYTES};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;

/// Characters of a session's token: 256 bits.
const TOKEN_CHARS: usize = 43;
/// How long a session lives unused, and at most.
const UNUSED_MS: i64 = 12 * 60 * 60 * 1000;
const WHOLE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How exactly it is known when a session was used last.
const SEEN_MS: i64 = 5 * 60 * 1000;
/// People of one e-mail address in several accounts, of whom the first are looked at. Whoever is
/// among more names the account.
const CANDIDATES_MAX: u32 = 4;
/// Rows of one e-mail address that are looked through.
const CALLED_MAX: u32 = 10_000;

/// What was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The e-mail address, in any case.
    pub email: String,
    /// The password.
    pub password: String,
    /// The account, where it is known.
    pub account: Option<AccountId>,
    /// The network address that it came from, for the wait between tries.
    pub address: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// The person is in.
    Welcome(NewSession),
    /// The same e-mail address and password are those of several accounts, which are named: one is
    /// to be chosen, and the sign-in repeated with it.
    Choose(Vec<(AccountId, String)>),
    /// Nobody has that e-mail address with that password, or whoever has is kept out. It takes as
    /// long to say, whichever it is.
    Failed,
    /// Too many tries failed; the next one counts after this time.
    Wait(Duration),
}

/// A session that began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// What the browser shows at each request. It is told only now.
    pub token: String,
    /// The session.
    pub session: SessionRow,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// The person, without the hash of the password.
    pub user: UserRow,
    /// What the person opens, in the mode that was asked for.
    pub access: Access,
    /// The session.
    pub session: SessionRow,
}

impl Engine {
    /// Lets somebody in who has an e-mail address and its password.
    ///
    /// # Errors
    /// [`EngineError::Overloaded`] when too many try at once; [`EngineError::Store`].
    pub async fn sign_in(&self, with: SignIn) -> Result<SignedIn, EngineError> {
        let email = folded_email(&with.email);
        let door = &self.shared().door;
        if let Err(wait) = door.throttle().admit(&email, &with.address, self.now()) {
            return Ok(SignedIn::Wait(wait));
        }
        let (called, account) = (email.clone(), with.account.clone());
        let found = self.read(move |reader| candidates(reader, &called, account.as_ref()));
        let (candidates, looks) = found.await?;
        let known = self.those_of(candidates, with.password, looks).await?;
        let Some((user, ..)) = known.first() else { return Ok(SignedIn::Failed) };
        door.throttle().succeeded(&email, &with.address);
        if known.len() > 1 {
            return Ok(SignedIn::Choose(
                known.into_iter().map(|(_, id, name)| (id, name)).collect(),
            ));
        }
        self.begin_session(user).await.map(SignedIn::Welcome)
    }

    /// Who holds a token, and what that opens in a mode; `None` when nobody does, or no more. Role
    /// and name are as they are now; commands look at the person again in the transaction that
    /// they write in.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn session(
        &self,
        token: &str,
        mode: Mode,
    ) -> Result<Option<SessionOwner>, EngineError> {
        let (hash, now) = (token_hash(token), self.now());
        let found = self.read(move |reader| owner(reader, hash, mode, now)).await?;
        if let Some(owner) = &found {
            self.note_use(&owner.session, now);
        }
        Ok(found)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn sign_out(&self, token: &str) -> Result<(), EngineError> {
        let end = SessionChange::End(token_hash(token));
        self.run_job(LedgerId(0), move |writer| Ok(writer.change_sessions(&end)?)).await.map(drop)
    }

    /// Ends all sessions of a person, but for the one with the token, if one is given. Answers how
    /// many ended.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn sign_out_everywhere(
        &self,
        user: UserId,
        but: Option<&str>,
    ) -> Result<u32, EngineError> {
        let end = SessionChange::EndOthers(user, but.map(token_hash));
        self.run_job(LedgerId(0), move |writer| Ok(writer.change_sessions(&end)?)).await
    }

    /// Gives whoever is signed in another password. Every session of the person ends, and another
    /// one begins for whoever asks.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the present password is another, the new one does not hold, or
    /// too many tries failed.
    pub async fn change_password(
        &self,
        owner: &SessionOwner,
        present: String,
        new: String,
        address: &str,
    ) -> Result<NewSession, EngineError> {
        let refuse = |text: String| Refusal::of(Code::ParameterInvalid, "present_password", text);
        let user = &owner.user;
        let door = &self.shared().door;
        if let Err(wait) = door.throttle().admit(&user.email, address, self.now()) {
            let seconds = wait.as_secs().max(1);
            return Err(refuse(format!("Too many tries. Wait {seconds} seconds.")).into());
        }
        let (ledger, id) = (owner.session.ledger, user.id);
        let kept = self.read(move |reader| person(reader, ledger, id)).await?;
        let candidates = kept.map(|row| (row, owner.access.account.clone(), String::new()));
        if self.those_of(candidates.into_iter().collect(), present, 1).await?.is_empty() {
            return Err(refuse("The present password is another.".to_owned()).into());
        }
        door.throttle().succeeded(&user.email, address);
        let hash = self.hashed(new, &[&user.name, &user.email]).await?;
        let action = Action::SetPassword(id, hash);
        self.execute(self.command(ledger, Actor::User(id), action)).await?;
        self.sign_out_everywhere(id, None).await?;
        self.begin_session(user).await
    }

    /// The hash of a password that holds.
    pub(super) async fn hashed(
        &self,
        password: String,
        words: &[&str],
    ) -> Result<PasswordHash, EngineError> {
        password::check(&password, words)?;
        let mut salt = [0; SALT_BYTES];
        self.ids().fill(&mut salt);
        self.shared().door.work(move || password::hash(&password, salt)).await
    }

    /// Begins a session of a person.
    pub(super) async fn begin_session(&self, user: &UserRow) -> Result<NewSession, EngineError> {
        let (token, now) = (self.ids().base62(TOKEN_CHARS), self.now());
        let session = SessionRow {
            token: token_hash(&token),
            user: user.id,
            ledger: user.ledger,
            created: now,
            seen: now,
            expires: At(now.0.saturating_add(UNUSED_MS)),
        };
        let begin = SessionChange::Begin(session);
        self.run_job(user.ledger, move |writer| Ok(writer.change_sessions(&begin)?)).await?;
        Ok(NewSession { token, session })
    }

    /// Those of the candidates whose password it is. It takes as long as `looks` passwords do,
    /// however many there are.
    async fn those_of(
        &self,
        candidates: Vec<Candidate>,
        password: String,
        looks: usize,
    ) -> Result<Vec<Candidate>, EngineError> {
        let mut salt = [0; SALT_BYTES];
        self.ids().fill(&mut salt);
        let look = move || {
            let there = candidates.len();
            let is_of = |(row, ..): &Candidate| {
                row.password.as_ref().is_some_and(|kept| password::is_of(&password, &kept.hash))
            };
            let known = candidates.into_iter().filter(is_of).collect();
            for _ in there..looks {
                // As long as a look at somebody's.
                password::hash(&password, salt)?;
            }
            Ok(known)
        };
        self.shared().door.work(look).await
    }

    /// Notes that a session was used, without waiting for that.
    fn note_use(&self, session: &SessionRow, now: At) {
        if now.0.saturating_sub(session.seen.0) < SEEN_MS || !self.writes() {
            return;
        }
        let last = session.created.0.saturating_add(WHOLE_MS);
        let expires = At(now.0.saturating_add(UNUSED_MS).min(last));
        let used = SessionChange::Use { token: session.token, seen: now, expires };
        drop(self.run_job(session.ledger, move |writer| Ok(writer.change_sessions(&used)?)));
    }
}

/// Somebody whose password it may be, with the account and its name.
type Candidate = (UserRow, AccountId, String);

pub(super) fn token_hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Those who may come in with an e-mail address, and at how many passwords to look: as many as
/// there could be, so that the time tells nothing.
fn candidates(
    reader: &mut dyn Reader,
    email: &str,
    account: Option<&AccountId>,
) -> Result<(Vec<Candidate>, usize), EngineError> {
    let (looks, wanted) = match account {
        None => ((reader.ledgers(LedgerId(0), 2 * CANDIDATES_MAX)?.len() / 2).max(1), None),
        Some(account) => {
            let live = reader.ledger_of(account, Mode::Live)?;
            (1, Some(live.map_or(LedgerId(0), |row| row.id)))
        }
    };
    let may_come_in = |row: &UserRow| {
        let is_wanted = wanted.is_none_or(|ledger| ledger == row.ledger);
        // In the test ledger nobody has a password.
        is_wanted && row.disabled.is_none() && row.password.is_some()
    };
    let mut candidates = Vec::new();
    let called = reader.people_called(email, CALLED_MAX)?;
    for row in called.into_iter().filter(may_come_in).take(looks) {
        let head = lookup::ledger(reader, row.ledger)?;
        candidates.push((row, head.account, head.name));
    }
    Ok((candidates, looks))
}

fn person(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    user: UserId,
) -> Result<Option<UserRow>, EngineError> {
    Ok(reader.people(ledger)?.into_iter().find(|row| row.id == user))
}

fn owner(
    reader: &mut dyn Reader,
    token: TokenHash,
    mode: Mode,
    now: At,
) -> Result<Option<SessionOwner>, EngineError> {
    let found = reader.sessions(SessionsOf::Token(token))?.into_iter().next();
    let Some(session) = found.filter(|row| now < row.expires) else { return Ok(None) };
    let Some(user) = person(reader, session.ledger, session.user)? else { return Ok(None) };
    let is_outdated = user.password.as_ref().is_none_or(|kept| session.created < kept.since);
    if user.disabled.is_some() || is_outdated {
        return Ok(None);
    }
    let live = lookup::ledger(reader, session.ledger)?;
    let ledger = match mode {
        Mode::Live => Some(live),
        Mode::Test => reader.ledger_of(&live.account, Mode::Test)?,
    };
    Ok(ledger.map(|head| SessionOwner {
        access: Access {
            actor: Actor::User(user.id),
            ledger: head.id,
            account: head.account,
            account_name: head.name,
            mode: head.mode,
            role: user.role,
            api_version: head.documents.version.name.clone(),
        },
        user: user.told(),
        session,
    }))
}
