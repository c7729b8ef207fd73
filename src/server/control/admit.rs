//! Who may ask for what, as functions of what is known.

use axum::http::Method;

use super::{answer::Refusal, who::Who};
use crate::server::{database::services::Scope, token::TokenHash};

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, as often as they like: it costs nothing.
    Anybody,
    /// Everybody, but not often: guessing has to be slow.
    Stranger,
    /// A device of an account.
    Device,
    /// A person who signed in.
    Person,
    /// Either.
    Account,
    /// An operator, or a program that does this for them: on their own listener alone.
    Operator(Scope),
}

/// The header that a page of ours sends, and no other page can.
pub const CSRF: &str = "x-csrf-token";
/// What is said of an account that is suspended.
pub const SUSPENDED: &str = "the account is suspended";

/// Returns whether a method only looks.
fn only_looks(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Decides whether a request may be answered. `csrf` is what it says to show that a page of ours sent it: in
/// the header [`CSRF`], or in a form.
pub fn check(
    access: Access,
    who: &Who,
    method: &Method,
    csrf: Option<&str>,
) -> Result<(), Refusal> {
    match (access, who) {
        (Access::Anybody | Access::Stranger, _) => return Ok(()),
        (Access::Operator(needed), Who::Operator(operator)) => {
            return if operator.scope.allows(needed) {
                Ok(())
            } else {
                Err(Refusal::Forbidden("this service may not do that"))
            };
        }
        // Operators and others do not meet: each listener looks for its own.
        (_, Who::Nobody | Who::Operator(_)) | (Access::Operator(_), _) => {
            return Err(Refusal::Unknown);
        }
        (Access::Device, Who::Person(_)) => {
            return Err(Refusal::Forbidden("this is for devices, with their token"));
        }
        (Access::Person, Who::Device(_)) => {
            return Err(Refusal::Forbidden("this is for a person who signed in"));
        }
        (Access::Device | Access::Account, Who::Device(_))
        | (Access::Person | Access::Account, Who::Person(_)) => {}
    }
    if who.is_suspended() {
        return Err(Refusal::Forbidden(SUSPENDED));
    }
    // A browser sends a cookie along with whatever another page makes it send; never this word.
    match who {
        Who::Person(signed) if !only_looks(method) => same(csrf, &signed.csrf),
        _ => Ok(()),
    }
}

/// Checks that a request says the word that it has to say.
pub fn same(said: Option<&str>, expected: &str) -> Result<(), Refusal> {
    // Digests are compared, so that the time it takes says nothing.
    match said {
        Some(said) if TokenHash::of(said) == TokenHash::of(expected) => Ok(()),
        _ => Err(Refusal::Csrf),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::server::{
        control::who::{Operator, Signed},
        database::{accounts::Registration, devices::Holder, sessions::Session},
    };

    fn device(suspended: bool) -> Who {
        Who::Device(Arc::new(Holder {
            device: "01ARZ3NDEKTSV4RRFFQ69G5FAW".to_owned(),
            account_id: 1,
            account: "alice".parse().expect("a name"),
            suspended,
            quota: None,
            instance_limit: 2,
            registration: Registration::Beforehand,
        }))
    }

    fn person(suspended: bool) -> Who {
        let session = Session {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAX".to_owned(),
            account_id: 1,
            account: "alice".parse().expect("a name"),
            suspended,
            instance_limit: 2,
            last_seen_at: 5,
        };
        Who::Person(Arc::new(Signed {
            session,
            csrf: "right".to_owned(),
        }))
    }

    fn get(access: Access, who: &Who) -> Result<(), Refusal> {
        check(access, who, &Method::GET, None)
    }

    #[test]
    fn each_route_is_for_some_and_for_no_others() {
        let (nobody, device, person) = (Who::Nobody, device(false), person(false));
        for access in [Access::Anybody, Access::Stranger] {
            for who in [&nobody, &device, &person] {
                assert_eq!(get(access, who), Ok(()));
            }
        }
        for access in [Access::Device, Access::Person, Access::Account] {
            assert_eq!(get(access, &nobody), Err(Refusal::Unknown));
        }
        assert_eq!(get(Access::Account, &device), Ok(()));
        assert_eq!(get(Access::Account, &person), Ok(()));
        assert_eq!(get(Access::Device, &device), Ok(()));
        assert_eq!(get(Access::Person, &person), Ok(()));
        for (access, who) in [(Access::Device, &person), (Access::Person, &device)] {
            assert!(matches!(get(access, who), Err(Refusal::Forbidden(_))));
        }
    }

    #[test]
    fn a_service_does_what_its_scope_says_and_operators_are_nobody_elsewhere() {
        let operator = |scope| {
            Who::Operator(Operator {
                name: "bot".to_owned(),
                scope,
            })
        };
        let (all, bot) = (operator(Scope::All), operator(Scope::Provision));
        for needed in [Scope::All, Scope::Provision] {
            assert_eq!(get(Access::Operator(needed), &all), Ok(()));
        }
        assert_eq!(get(Access::Operator(Scope::Provision), &bot), Ok(()));
        let refused = get(Access::Operator(Scope::All), &bot);
        assert!(matches!(refused, Err(Refusal::Forbidden(_))));
        for who in [Who::Nobody, device(false), person(false)] {
            let refused = get(Access::Operator(Scope::Provision), &who);
            assert_eq!(refused, Err(Refusal::Unknown));
        }
        assert_eq!(get(Access::Account, &all), Err(Refusal::Unknown));
    }

    #[test]
    fn a_suspended_account_gets_nothing() {
        for who in [device(true), person(true)] {
            assert_eq!(
                get(Access::Account, &who),
                Err(Refusal::Forbidden(SUSPENDED))
            );
        }
    }

    #[test]
    fn a_change_with_a_cookie_needs_the_sessions_own_word() {
        let ask = |who: &Who, csrf| check(Access::Account, who, &Method::POST, csrf);
        let person = person(false);
        for wrong in [None, Some(""), Some("wrong"), Some("right ")] {
            assert_eq!(ask(&person, wrong), Err(Refusal::Csrf), "{wrong:?}");
        }
        assert_eq!(ask(&person, Some("right")), Ok(()));
        // A token is not sent along by a browser.
        assert_eq!(ask(&device(false), None), Ok(()));
        assert_eq!(get(Access::Account, &person), Ok(()));
    }
}
