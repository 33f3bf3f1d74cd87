//! Whom to believe that he is the server.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Proves what the mode asks for: nothing, the authority, or the authority and the name. That the
/// server has the certificate's key is proved always.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    authority: Option<Authority>,
}

#[derive(Debug)]
struct Authority {
    chain: Arc<WebPkiServerVerifier>,
    /// The trusted certificates themselves: one of them may be the server's own.
    trusted: Vec<CertificateDer<'static>>,
    proves_name: bool,
}

impl Verifier {
    /// Believes any certificate.
    pub(super) fn none(provider: &Arc<CryptoProvider>) -> Verifier {
        Verifier { provider: Arc::clone(provider), authority: None }
    }

    /// Believes certificates of these authorities, and with `proves_name` only the host's own.
    pub(super) fn of(
        roots: RootCertStore,
        trusted: Vec<CertificateDer<'static>>,
        proves_name: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Verifier, String> {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let chain = builder.build().map_err(|error| {
            format!("The root certificates (sslrootcert) cannot be used: {error}.")
        })?;
        let authority = Some(Authority { chain, trusted, proves_name });
        Ok(Verifier { provider: Arc::clone(provider), authority })
    }
}

impl Authority {
    /// The chain is proved before the name is looked at; so a wrong name means a good chain.
    fn verify_chain(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let verified =
            self.chain.verify_server_cert(end_entity, intermediates, server_name, &[], now);
        match verified {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(()),
            Err(error) if self.is_trusted_itself(end_entity) && is_own_authority(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether the server's certificate is one of those that are trusted: signed by itself.
    fn is_trusted_itself(&self, end_entity: &CertificateDer<'_>) -> bool {
        self.trusted.iter().any(|trusted| trusted == end_entity)
    }
}

/// Whether nothing is wrong with a certificate but that it calls itself an authority, as
/// `openssl req -x509` makes them. Its dates were looked at before.
pub(super) fn is_own_authority(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::Other(other))
        if other.to_string() == "CaUsedAsEndEntity")
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(authority) = &self.authority {
            authority.verify_chain(end_entity, intermediates, server_name, now)?;
            if authority.proves_name {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
