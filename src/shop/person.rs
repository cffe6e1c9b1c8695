//! Who is here: the cookie and its copy, signing in and out, and the relay's lasting twin.

use super::{Effect, Shop};
use crate::event::Ticket;
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::{Profile, Purpose, VisitorId, cookie};

/// A `forget` that waits for the relay to clear its cookie.
#[derive(Debug)]
pub(super) struct Clearing {
    ticket: Ticket,
    /// The relay has answered in this browser: a cookie of its is there.
    known: bool,
}

impl Shop {
    /// The visitor is known from here on: the cookie decides who it is, the profile keeps a copy.
    /// The cookie's end counts from the id's issue, so writing it again never extends it.
    pub(super) fn start_visit(&mut self, now: Millis) {
        let by_cookie = self.by_cookie(now);
        if let (Some(cookie), Some(copy)) = (by_cookie, self.profile.id)
            && cookie > copy
        {
            // A younger id than the copy's: someone signed out on another subdomain.
            self.profile.next_person();
        }
        let known = by_cookie.or(self.profile.id);
        let id = known.unwrap_or_else(|| VisitorId::issue(now, &mut self.random));
        if by_cookie.is_none() || cookie::all(&self.cookies, cookie::NAME).len() > 1 {
            self.write_cookie(id, now);
        }
        self.profile.id = Some(id);
        let new_visit = self.profile.seen(now);
        self.ask_twin(new_visit, now);
        self.save();
    }

    /// Whom the cookies name. Of several the first issued counts, so that all subdomains agree; where no
    /// domain is set, one cookie may be beyond this page's reach, and the one it knows stands.
    fn by_cookie(&self, now: Millis) -> Option<VisitorId> {
        let copy = self.profile.id.filter(|_| self.config.domain.is_none());
        if copy.is_some() && cookie::all(&self.cookies, cookie::NAME).contains(&copy) {
            return copy;
        }
        cookie::find(&self.cookies, cookie::NAME, now)
    }

    fn write_cookie(&mut self, id: VisitorId, now: Millis) {
        let domain = self.config.domain.as_deref();
        if domain.is_some() {
            // One of this host alone, from before the domain was set, would contradict it.
            self.out.push(Effect::SetCookie(cookie::clear(cookie::NAME, None, self.secure)));
        }
        self.out.push(Effect::SetCookie(cookie::set(cookie::NAME, id, domain, self.secure, now)));
        self.cookies = [cookie::NAME, "=", &cookie::format(id)].concat();
    }

    /// Traits are kept for deciding; the customer's id also marks the events.
    pub(super) fn identify_now(&mut self, customer: Option<String>, traits: &Value, page: Value, at: Millis) {
        if self.forgotten || !self.consent.stores() {
            return;
        }
        let before = (self.profile.customer.clone(), self.profile.traits.clone());
        match customer.filter(|customer| !customer.is_empty()) {
            Some(customer) => {
                if self.profile.customer.as_ref().is_some_and(|before| *before != customer) {
                    self.sign_out(at);
                }
                self.profile.customer = Some(customer);
                if self.allows(Purpose::Personalization) {
                    self.profile.add_traits(traits);
                }
                // A page that repeats itself on every view makes one event, not many.
                if before != (self.profile.customer.clone(), self.profile.traits.clone()) {
                    self.emit_identify(traits.clone(), page, at);
                }
            }
            // An anonymous visitor who is not signed in has nothing to sign out of.
            None if self.profile.customer.is_some() => self.sign_out(at),
            None => {}
        }
        if before != (self.profile.customer.clone(), self.profile.traits.clone()) {
            self.profile.turn = self.profile.turn.saturating_add(1);
            self.save();
            self.changed(true);
        }
    }

    /// The next person at this browser is another visitor: new id, new visit, nothing of the last.
    fn sign_out(&mut self, now: Millis) {
        self.profile.next_person();
        self.cookies.clear();
        self.profile.twin.stale = self.has_twin;
        self.start_visit(now);
    }

    /// Asks the relay who this is, at most once a visit.
    fn ask_twin(&mut self, new_visit: bool, now: Millis) {
        let Some(id) = self.profile.id.filter(|_| self.has_twin) else { return };
        if self.profile.twin.asked.is_none() || new_visit {
            self.profile.twin.asked = Some(now);
            if self.profile.twin.stale {
                // Nobody may be known by it before it is cleared.
                self.out.push(Effect::ClearTwin);
            }
            self.out.push(Effect::AskTwin(id));
        }
    }

    /// The relay's cookie is to go; a ticket waits for it.
    pub(super) fn clear_twin(&mut self, ticket: Option<Ticket>) {
        if self.has_twin {
            let known = self.profile.twin.known;
            self.clearing.extend(ticket.map(|ticket| Clearing { ticket, known }));
            self.profile.twin.stale = true;
            self.out.push(Effect::ClearTwin);
        }
    }

    /// The relay cleared its cookie, or could not be reached.
    pub fn twin_cleared(&mut self, cleared: bool) {
        for Clearing { ticket, known } in core::mem::take(&mut self.clearing) {
            let told = if cleared || !known {
                Ok(Value::Null)
            } else {
                Err("all is erased but the cookie of the relay, which did not answer: call forget again"
                    .to_owned())
            };
            self.settle(ticket, told);
        }
        if cleared && self.profile.twin.stale {
            self.profile.twin.stale = false;
            if !self.forgotten && (self.consent.stores() || self.profile.choice.is_some()) {
                self.out.push(Effect::Save(self.profile.to_value()));
            }
        }
    }

    /// The relay's answer to the question about `asked`: nothing where it could not be reached. Its id
    /// wins; an id older than ours is the one this person had before, and the history goes on under it.
    pub fn twin(&mut self, asked: &str, answer: Option<&str>, now: Millis) {
        let theirs = answer.and_then(VisitorId::parse).filter(|id| id.alive(now));
        let (Some(theirs), Some(mine)) = (theirs, self.profile.id) else { return };
        if self.forgotten || !self.consent.stores() || mine.to_string() != asked {
            return;
        }
        self.profile.twin.known = true;
        if theirs == mine {
            self.profile.twin.stale = false;
        } else if !self.profile.twin.stale {
            self.become_visitor(theirs, now);
        }
        self.save();
    }

    fn become_visitor(&mut self, theirs: VisitorId, now: Millis) {
        let before = self.profile.assignment_id();
        if self.profile.id.is_some_and(|mine| theirs > mine) {
            let twin = self.profile.twin;
            self.profile.next_person();
            self.profile.twin = twin;
            self.profile.seen(now);
        } else {
            self.profile.turn = self.profile.turn.saturating_add(1);
        }
        let joined = theirs < self.profile.id.unwrap_or(theirs);
        self.profile.id = Some(theirs);
        self.write_cookie(theirs, now);
        if let Some(before) = before.filter(|_| joined) {
            self.emit_alias(&before, now);
        }
        self.changed(!joined);
    }

    /// The page is looked at again, or another tab wrote: on another subdomain someone may have signed in
    /// or out meanwhile. `stored` is what this origin keeps.
    pub fn look(&mut self, cookies: String, stored: &Value, now: Millis) {
        if self.forgotten || !self.consent.stores() {
            return;
        }
        self.cookies = cookies;
        let Some(id) = self.by_cookie(now).filter(|id| Some(*id) != self.profile.id) else { return };
        let stored = Profile::from_value(stored, now);
        if stored.id == Some(id) {
            self.profile.merge(stored, now);
        }
        if self.profile.id != Some(id) {
            self.start_visit(now);
        }
        self.changed(true);
    }
}
