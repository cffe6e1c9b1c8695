//! Messages by SMTP.

use super::decide::Outcome;
use crate::RelayError;
use crate::config::Destination;
use crate::preset::{Draft, text_field};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// A mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    domain: String,
    from: Option<String>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Mailer(…)")
    }
}

impl Mailer {
    /// The server of a destination's `url`: `smtps://host`, `smtp://host:587?tls=required`, or
    /// `smtp://localhost:25` without TLS.
    pub fn new(destination: &Destination) -> Result<Mailer, RelayError> {
        let target = &destination.target;
        let refuse = |problem: String| RelayError::Mail { name: destination.name.clone(), problem };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(target.url())
            .map_err(|error| refuse(error.to_string()))?
            .timeout(Some(destination.timeout));
        if let (Some(user), Some(password)) = (target.secret("user"), target.secret("password")) {
            builder = builder.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        let from = target.setting("from");
        let domain = from.as_deref().and_then(|from| from.rsplit('@').next()).unwrap_or("localhost");
        let domain = domain.trim_end_matches('>').to_owned();
        Ok(Mailer { transport: builder.build(), domain, from })
    }

    /// Sends a message. Its `Message-ID` is made of the event's id: the same for every try.
    pub async fn send(&self, draft: &Draft) -> Outcome {
        let message = match self.message(draft) {
            Ok(message) => message,
            Err(problem) => {
                return Outcome::Answer { status: 422, retry_after: None, body: problem.into_bytes() };
            }
        };
        match self.transport.send(message).await {
            Ok(_) => Outcome::Answer { status: 250, retry_after: None, body: Vec::new() },
            Err(error) if error.is_permanent() => {
                let code = error.status().map(u16::from);
                // 535 and its like speak of the account, not of the message.
                let status = if matches!(code, Some(530 | 534 | 535 | 538)) { 401 } else { 422 };
                Outcome::Answer { status, retry_after: None, body: error.to_string().into_bytes() }
            }
            Err(error) => Outcome::Transport(error.to_string()),
        }
    }

    fn message(&self, draft: &Draft) -> Result<Message, String> {
        let body = draft.mail().ok_or("no message")?;
        let get = |name: &str| text_field(body, name);
        let mailbox = |field: &str, text: String| {
            text.parse::<Mailbox>().map_err(|error| format!("`{field}` is no address: {error}"))
        };
        let from =
            get("from").or_else(|| self.from.clone()).ok_or("`from` is missing: set `settings.from`")?;
        let mut builder = Message::builder()
            .from(mailbox("from", from)?)
            .to(mailbox("to", get("to").ok_or("`to` is missing")?)?)
            .subject(get("subject").unwrap_or_default())
            .message_id(Some(format!("<{}@{}>", draft.id().replace(['<', '>', '@', ' '], "-"), self.domain)));
        if let Some(reply_to) = get("reply_to") {
            builder = builder.reply_to(mailbox("reply_to", reply_to)?);
        }
        let text = SinglePart::plain(get("text").unwrap_or_default());
        let made = match get("html") {
            Some(html) => builder
                .multipart(MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(html))),
            None => builder.singlepart(text),
        };
        made.map_err(|error| error.to_string())
    }
}
