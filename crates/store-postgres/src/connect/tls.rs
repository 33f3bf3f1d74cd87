//! TLS, as libpq's `sslmode` means it.
//!
//! | mode | encrypts | proves the authority | proves the name |
//! | --- | --- | --- | --- |
//! | `disable` | never | | |
//! | `allow` | when the server refuses to talk without | with a root certificate | no |
//! | `prefer` (the default) | when the server can | with a root certificate | no |
//! | `require` | always | with a root certificate | no |
//! | `verify-ca` | always | always | no |
//! | `verify-full` | always | always | yes |
//!
//! The root certificates are those in the file `sslrootcert`, or in `~/.postgresql/root.crt` where
//! that is; `sslrootcert=system` means those that the machine trusts, and then the mode is
//! `verify-full`. A client certificate is `sslcert` with its key `sslkey`, or
//! `~/.postgresql/postgresql.crt` and `.key`. Over a Unix socket nothing is encrypted.
//!
//! Stricter than libpq: a root certificate that is named and not there is an error in every mode,
//! and `verify-full` reads the names of a certificate from its `subjectAltName` only. Files are
//! read at each connection, so that renewed certificates are taken without a restart.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::parameters::Parameters;
use super::verifier::Verifier;

/// What PostgreSQL calls itself where TLS is begun at once.
const PROTOCOL: &[u8] = b"postgresql";

/// When to encrypt, and what to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyAuthority,
    VerifyFull,
}

/// Where the certificates are that are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Roots {
    /// In a file that was named.
    File(PathBuf),
    /// In the user's file, where it is.
    Usual(PathBuf),
    /// In the machine's store.
    System,
    /// There is nowhere to look.
    Nowhere,
}

/// A certificate to show, and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    /// Whether it was named, so that it must be there.
    is_named: bool,
}

/// All that was said about TLS.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    mode: Mode,
    /// Whether TLS is begun without asking first.
    pub(super) is_direct: bool,
    roots: Roots,
    identity: Option<Identity>,
    sends_name: bool,
    versions: Vec<&'static SupportedProtocolVersion>,
}

const MODES: [(&str, Mode); 6] = [
    ("disable", Mode::Disable),
    ("allow", Mode::Allow),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyAuthority),
    ("verify-full", Mode::VerifyFull),
];

const VERSIONS: [(&str, u8); 2] = [("TLSv1.2", 2), ("TLSv1.3", 3)];

const SWITCH: [(&str, bool); 2] = [("0", false), ("1", true)];

impl Mode {
    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

impl Tls {
    /// Reads what was said; `home` is the user's directory.
    pub(super) fn read(said: &Parameters, home: Option<&str>) -> Result<Tls, String> {
        let usual = |name: &str| home.map(|home| Path::new(home).join(".postgresql").join(name));
        let roots = match said.get("sslrootcert") {
            Some("system") => Roots::System,
            Some(path) => Roots::File(path.into()),
            None => usual("root.crt").map_or(Roots::Nowhere, Roots::Usual),
        };
        let unsaid = if roots == Roots::System { Mode::VerifyFull } else { Mode::Prefer };
        let mut mode = said.choose("sslmode", &MODES)?.unwrap_or(unsaid);
        // What drivers of another kind write.
        if said.choose("ssl", &[("true", true)])? == Some(true) && said.get("sslmode").is_none() {
            mode = mode.max(Mode::Require);
        }
        if roots == Roots::System && mode != Mode::VerifyFull {
            let wanted = "`verify-full` with sslrootcert=system: anybody can have a certificate \
                          that the machine trusts";
            return Err(said.refuse("sslmode", wanted));
        }
        let ways = [("postgres", false), ("direct", true)];
        let is_direct = said.choose("sslnegotiation", &ways)?.unwrap_or(false);
        if is_direct && mode < Mode::Require {
            let wanted = "`require`, `verify-ca` or `verify-full` with sslnegotiation=direct";
            return Err(said.refuse("sslmode", wanted));
        }
        said.choose("sslcompression", &[("0", ())])?;
        said.choose("gssencmode", &[("disable", ()), ("prefer", ())])?;
        Ok(Tls {
            mode,
            is_direct,
            roots,
            identity: identity(said, usual)?,
            sends_name: said.choose("sslsni", &SWITCH)?.unwrap_or(true),
            versions: versions(said)?,
        })
    }

    /// When to encrypt.
    pub(super) fn mode(&self) -> Mode {
        self.mode
    }

    /// What makes encrypted connections; a sentence when a file cannot be used.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, String> {
        let provider = Arc::new(ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .map_err(|error| format!("TLS cannot be set up: {error}."))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.identity.as_ref().map(Identity::load).transpose()?.flatten() {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).map_err(|error| {
                format!("The client certificate (sslcert) and its key cannot be used: {error}.")
            })?,
            None => config.with_no_client_auth(),
        };
        config.enable_sni = self.sends_name;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }

    fn verifier(&self, provider: &Arc<rustls::crypto::CryptoProvider>) -> Result<Verifier, String> {
        let found = match &self.roots {
            Roots::File(path) => Some(certificates(path, "sslrootcert")?),
            Roots::Usual(path) if path.exists() => Some(certificates(path, "sslrootcert")?),
            Roots::System => Some(system_roots()?),
            Roots::Usual(_) | Roots::Nowhere => None,
        };
        let Some(found) = found else {
            if self.mode < Mode::VerifyAuthority {
                return Ok(Verifier::none(provider));
            }
            return Err(format!(
                "sslmode={} needs root certificates. Name a file by `sslrootcert=`, or write \
                 `sslrootcert=system` for those that this machine trusts.",
                self.mode.name()
            ));
        };
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(found.iter().cloned());
        if added == 0 {
            return Err("None of the root certificates (sslrootcert) can be used.".to_owned());
        }
        Verifier::of(roots, found, self.mode == Mode::VerifyFull, provider)
    }
}

/// The versions of TLS that may be spoken.
fn versions(said: &Parameters) -> Result<Vec<&'static SupportedProtocolVersion>, String> {
    let least = said.choose("ssl_min_protocol_version", &VERSIONS)?.unwrap_or(2);
    let most = said.choose("ssl_max_protocol_version", &VERSIONS)?.unwrap_or(3);
    if least > most {
        return Err(said.refuse("ssl_max_protocol_version", "no less than the least version"));
    }
    let both = [(2, &TLS12), (3, &TLS13)];
    Ok(both.into_iter().filter(|(n, _)| (least..=most).contains(n)).map(|(_, v)| v).collect())
}

fn identity(
    said: &Parameters,
    usual: impl Fn(&str) -> Option<PathBuf>,
) -> Result<Option<Identity>, String> {
    let named = said.get("sslcert").map(PathBuf::from);
    let is_named = named.is_some();
    let key = said.get("sslkey").map(PathBuf::from);
    let key_is_named = key.is_some();
    match (named.or_else(|| usual("postgresql.crt")), key.or_else(|| usual("postgresql.key"))) {
        (Some(certificate), Some(key)) => Ok(Some(Identity { certificate, key, is_named })),
        (None, None) => Ok(None),
        _ if key_is_named => Err(said.refuse("sslcert", "given where sslkey is")),
        _ => Err(said.refuse("sslkey", "given where sslcert is")),
    }
}

impl Identity {
    /// The certificate with those above it, and its key; nothing when it was not named and is not
    /// there.
    fn load(
        &self,
    ) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, String> {
        if !self.is_named && !self.certificate.exists() {
            return Ok(None);
        }
        let chain = certificates(&self.certificate, "sslcert")?;
        let shown = self.key.display();
        let file = fs::metadata(&self.key)
            .map_err(|error| format!("The key {shown} (sslkey) cannot be read: {error}."))?;
        // As libpq: the owner's alone, or root's and readable by a group.
        let forbidden = if file.uid() == 0 { 0o027 } else { 0o077 };
        if file.permissions().mode() & forbidden != 0 {
            return Err(format!(
                "The key {shown} (sslkey) may be read by others. Take that from them with \
                 `chmod 0600 {shown}`."
            ));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| match error {
            pem::Error::NoItemsFound => format!(
                "The file {shown} (sslkey) has no key that can be read. It must be PEM, and not \
                 encrypted: decrypt it with `openssl pkey`."
            ),
            other => format!("The key {shown} (sslkey) cannot be read: {other}."),
        })?;
        Ok(Some((chain, key)))
    }
}

/// The certificates of a PEM file that `parameter` names.
fn certificates(path: &Path, parameter: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let refused =
        |error: pem::Error| format!("The file {shown} ({parameter}) cannot be read: {error}.");
    let found = CertificateDer::pem_file_iter(path).map_err(refused)?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(refused)?;
    if found.is_empty() {
        return Err(format!("The file {shown} ({parameter}) has no certificate in PEM."));
    }
    Ok(found)
}

fn system_roots() -> Result<Vec<CertificateDer<'static>>, String> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let reason = found.errors.first().map_or_else(String::new, |error| format!(": {error}"));
        return Err(format!(
            "This machine has no root certificates for sslrootcert=system{reason}. Install them \
             (often the package `ca-certificates`), or name a file by `sslrootcert=`."
        ));
    }
    Ok(found.certs)
}
