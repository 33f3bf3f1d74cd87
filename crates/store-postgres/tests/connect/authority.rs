//! Certificates for one run.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};

/// A certificate and its key, both PEM.
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Who signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

fn params(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn authority_params(common_name: &str, names: &[&str]) -> CertificateParams {
    let mut params = params(common_name, names);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    pub(crate) fn new(common_name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let params = authority_params(common_name, &[]);
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// The authority's own certificate, PEM.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for hosts, or for a client by its common name.
    pub(crate) fn certify(&self, common_name: &str, names: &[&str]) -> Certified {
        self.sign(params(common_name, names))
    }

    /// A certificate for a host that was valid until a day long ago.
    pub(crate) fn certify_expired(&self, name: &str) -> Certified {
        let mut params = params(name, &[name]);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Certified {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().pem();
        Certified { certificate, key: key.serialize_pem() }
    }
}

/// A certificate that a host signed itself, and that calls itself an authority.
pub(crate) fn self_signed(name: &str, has_expired: bool) -> Certified {
    let key = KeyPair::generate().unwrap();
    let mut params = authority_params(name, &[name]);
    if has_expired {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    }
    let certificate = params.self_signed(&key).unwrap().pem();
    Certified { certificate, key: key.serialize_pem() }
}
