//! How a destination lets the relay in.

use super::encode::{Encoding, answer};
use super::program::{Program, field, object, plain};
use super::template::{Place, Template};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jaq_json::Val;
use ring::digest;
use std::fmt;
use tanish::time::{Millis, rfc3339};

/// A named value with a template.
#[derive(Debug)]
pub(crate) struct Field {
    pub name: String,
    pub value: Template,
}

/// The ways in.
#[derive(Debug)]
pub(crate) enum Auth {
    None,
    /// Whether it may be left out, too.
    Header(Field, bool),
    Query(Field),
    Body(Field),
    Basic {
        user: Template,
        password: Template,
    },
    Wsse {
        user: Template,
        secret: Template,
    },
    StandardWebhooks,
    Token {
        field: Field,
        in_body: bool,
        fixed: Option<String>,
        login: Box<LoginPlan>,
    },
}

/// How a token is fetched.
#[derive(Debug)]
pub(crate) struct LoginPlan {
    pub url: Template,
    pub headers: Vec<(String, Template)>,
    pub body: Program,
    pub encode: Encoding,
    pub token: Program,
    pub expires: Program,
    pub instance: Option<Program>,
}

/// What is added to a request. Never shown: `Debug` prints no value.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// A header, by name and value.
    Header(String, String),
    /// A field of the query.
    Query(String, String),
    /// A field of the body.
    Body(String, String),
    /// A user name and secret, digested anew for each request.
    Wsse(String, String),
    /// The signature of Standard Webhooks, where there is a key.
    Webhook(Option<crate::config::Secret>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credential(…)")
    }
}

/// A request for a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Where.
    pub url: String,
    /// With which headers, besides the content type.
    pub headers: Vec<(String, String)>,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The body, which holds secrets.
    pub body: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Login({}, …)", self.url)
    }
}

/// A token that was given out.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub value: String,
    /// Seconds it holds, where the answer says so.
    pub expires_in: Option<u64>,
    /// The address of the API, where the answer names it.
    pub instance: Option<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

impl Auth {
    /// What to add, where no token has to be fetched first. `scope` holds `config`, `secrets` and `url`.
    pub fn fixed(&self, scope: &Val) -> Result<Option<Credential>, String> {
        let need = |template: &Template| template.need(scope, Place::Plain);
        Ok(Some(match self {
            Auth::None => Credential::None,
            Auth::Header(field, true) => match field.value.fill(scope, Place::Plain)? {
                Some(value) => Credential::Header(field.name.clone(), value),
                None => Credential::None,
            },
            Auth::Header(field, false) => Credential::Header(field.name.clone(), need(&field.value)?),
            Auth::Query(field) => Credential::Query(field.name.clone(), need(&field.value)?),
            Auth::Body(field) => Credential::Body(field.name.clone(), need(&field.value)?),
            Auth::Basic { user, password } => {
                let pair =
                    format!("{}:{}", need(user)?, password.fill(scope, Place::Plain)?.unwrap_or_default());
                Credential::Header("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair)))
            }
            Auth::Wsse { user, secret } => Credential::Wsse(need(user)?, need(secret)?),
            Auth::StandardWebhooks => Credential::Webhook(None),
            Auth::Token { fixed, .. } => {
                let given = fixed.as_ref().and_then(|name| field(field(scope, "secrets")?, name));
                match given.and_then(plain) {
                    Some(token) => self.with_token(scope, &token)?,
                    None => return Ok(None),
                }
            }
        }))
    }

    /// What to add with a token.
    pub fn with_token(&self, scope: &Val, token: &str) -> Result<Credential, String> {
        let Auth::Token { field, in_body, .. } = self else { return Ok(Credential::None) };
        let scope = with(scope, "token", Val::from(token.to_owned()));
        let value = field.value.need(&scope, Place::Plain)?;
        let name = field.name.clone();
        Ok(if *in_body { Credential::Body(name, value) } else { Credential::Header(name, value) })
    }
}

impl LoginPlan {
    pub fn request(&self, scope: &Val) -> Result<Login, String> {
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            headers.push((name.clone(), value.need(scope, Place::Plain)?));
        }
        Ok(Login {
            url: self.url.need(scope, Place::Plain)?,
            headers,
            content_type: self.encode.content_type(),
            body: self.encode.write(&self.body.run(scope.clone())?)?,
        })
    }

    /// Reads the answer of a login.
    pub fn token(&self, status: u16, body: &[u8]) -> Result<Token, String> {
        let body = field(&answer(status, body), "body").cloned().unwrap_or_default();
        let value = self.token.run(body.clone()).ok().and_then(|token| plain(&token));
        let value = value.filter(|token| !token.is_empty()).ok_or("the answer holds no token")?;
        let expires = self.expires.run(body.clone()).ok().and_then(|expires| plain(&expires));
        let instance = self.instance.as_ref().and_then(|program| plain(&program.run(body).ok()?));
        Ok(Token { value, expires_in: expires.and_then(|text| text.parse().ok()), instance })
    }
}

/// An object with one field more.
pub(crate) fn with(scope: &Val, name: &str, value: Val) -> Val {
    let mut map = match scope {
        Val::Obj(map) => (**map).clone(),
        _ => jaq_json::Map::default(),
    };
    map.insert(Val::from(name.to_owned()), value);
    Val::obj(map)
}

/// The `X-WSSE` header: a digest of a nonce, the time and the secret, by the WS-Security user name token.
pub(crate) fn wsse(user: &str, secret: &str, nonce: &str, now: Millis) -> String {
    let created = format!("{}Z", &rfc3339(now)[..19]);
    let hashed =
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{nonce}{created}{secret}").as_bytes());
    // Emarsys digests to the hexadecimal text of the hash, and that to base64.
    let hex: String = hashed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = STANDARD.encode(hex);
    format!(
        r#"UsernameToken Username="{user}", PasswordDigest="{digest}", Nonce="{nonce}", Created="{created}""#
    )
}

/// What programs of logins and templates of keys see.
pub(crate) fn scope(config: &Val, secrets: Val, url: &str) -> Val {
    object([("config", config.clone()), ("secrets", secrets), ("url", Val::from(url.to_owned()))])
}
