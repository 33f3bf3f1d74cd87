//! Over TLS.

use std::sync::Arc;

use ledger::model::Mode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use webhooks::address::AddressRules;
use webhooks::client::{Client, ClientOptions, Failure, Roots, Target};

use crate::{message, options};

/// Who signs certificates in one test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Authority(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    fn roots(&self) -> Roots {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a root");
        Roots::These(Arc::new(roots))
    }

    /// A server with a certificate for a name, which answers every connection with 200.
    async fn server(&self, name: &str) -> u16 {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key fits");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        });
        port
    }
}

/// Live, as only there encryption is demanded; this machine counts as the operator's network.
async fn post(roots: Roots, host: &str, port: u16) -> Result<u16, Failure> {
    let allowed = vec!["127.0.0.0/8".parse().expect("a network")];
    let client = Client::new(ClientOptions { roots, rules: AddressRules { allowed }, ..options() });
    let target = Target::parse(&format!("https://{host}:{port}/"), Mode::Live).expect("a URL");
    client.post(&target, &message()).await
}

#[tokio::test]
async fn a_receiver_proves_who_it_is() {
    let authority = Authority::new();
    let port = authority.server("127.0.0.1").await;
    assert_eq!(post(authority.roots(), "127.0.0.1", port).await, Ok(200));
}

#[tokio::test]
async fn another_name_proves_nothing() {
    let authority = Authority::new();
    let port = authority.server("hooks.example.com").await;
    let failure = post(authority.roots(), "127.0.0.1", port).await;
    assert!(matches!(failure, Err(Failure::Tls(_))), "{failure:?}");
}

#[tokio::test]
async fn another_authority_proves_nothing() {
    let port = Authority::new().server("127.0.0.1").await;
    let failure = post(Authority::new().roots(), "127.0.0.1", port).await;
    assert!(matches!(failure, Err(Failure::Tls(_))), "{failure:?}");
}

#[tokio::test]
async fn what_does_not_speak_tls_is_told() {
    let sink = testkit::sink::Sink::start(|_| testkit::sink::Reply::Status(200)).expect("a port");
    let roots = Authority::new().roots();
    let failure = post(roots, "127.0.0.1", sink.address().port()).await;
    assert!(matches!(failure, Err(Failure::Tls(_) | Failure::TimedOut { .. })), "{failure:?}");
    assert_eq!(sink.count(), 0);
}
