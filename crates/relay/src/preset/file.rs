//! A preset file as written. `docs/destinations.md` explains each key to those who write one.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub title: String,
    pub promise: super::Promise,
    pub because: String,
    #[serde(default)]
    pub docs: Vec<String>,
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub transport: super::Transport,
    pub url: Option<String>,
    pub consent: Option<super::Purpose>,
    #[serde(default)]
    pub requires: super::Requires,
    #[serde(default)]
    pub free_batch: bool,
    #[serde(default)]
    pub define: String,
    #[serde(default)]
    pub settings: BTreeMap<String, super::Setting>,
    #[serde(default)]
    pub secrets: Vec<super::SecretSpec>,
    #[serde(default)]
    pub auth: Auth,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default, rename = "action")]
    pub actions: Vec<Action>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    /// Requests in `per_seconds`.
    pub requests: Option<u32>,
    pub per_seconds: Option<u64>,
    pub concurrency: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub name: String,
    pub when: String,
    #[serde(default = "one")]
    pub batch: u64,
    pub unique: Option<String>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

fn one() -> u64 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub name: String,
    pub when: Option<String>,
    #[serde(default = "post")]
    pub method: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
    #[serde(default)]
    pub encode: super::Encoding,
    pub content_type: Option<String>,
    #[serde(default)]
    pub accept: Vec<u16>,
    #[serde(default)]
    pub retry: Vec<u16>,
    pub results: Option<String>,
    pub example: Option<String>,
}

fn post() -> String {
    "POST".to_owned()
}

#[derive(Debug, Default, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Auth {
    #[default]
    None,
    /// A fixed header.
    Header {
        name: String,
        value: String,
        /// Left out where its secret is.
        #[serde(default)]
        optional: bool,
    },
    /// A key in the query.
    Query {
        name: String,
        value: String,
    },
    /// A key among the fields of the body.
    Body {
        name: String,
        value: String,
    },
    Basic {
        user: String,
        password: String,
    },
    /// The `X-WSSE` user name token.
    Wsse {
        user: String,
        secret: String,
    },
    /// Standard Webhooks' signature headers.
    StandardWebhooks,
    /// A token fetched first: OAuth2's grants, or any request that answers with one.
    Token {
        /// The header that carries it.
        #[serde(default = "authorization")]
        header: Option<String>,
        /// Instead: the field of the body that carries it.
        field: Option<String>,
        #[serde(default = "bearer")]
        value: String,
        /// A secret that, where it is given, is the token.
        fixed: Option<String>,
        login: Box<Login>,
    },
}

fn authorization() -> Option<String> {
    Some("Authorization".to_owned())
}

fn bearer() -> String {
    "Bearer {.token}".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    pub url: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: String,
    #[serde(default = "form")]
    pub encode: super::Encoding,
    #[serde(default = "access_token")]
    pub token: String,
    #[serde(default = "expires_in")]
    pub expires: String,
    /// The address of the API, where the answer names it.
    pub instance: Option<String>,
}

fn form() -> super::Encoding {
    super::Encoding::Form
}

fn access_token() -> String {
    ".access_token".to_owned()
}

fn expires_in() -> String {
    ".expires_in".to_owned()
}
