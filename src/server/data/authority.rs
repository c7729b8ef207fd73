//! Who may do what, as functions of what is known: the rows of the abuse table that are about data.

use axum::http::StatusCode;

use crate::{
    domain::rest::path::{Address, Object},
    server::{
        database::{accounts::Registration, devices::Holder},
        storage::Fault,
    },
};

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No token, or a wrong one: nobody learns which.
    #[error("the token is missing or wrong")]
    Unknown,
    /// A token that was right once: who has it may know what became of its device.
    #[error("this device was revoked")]
    Revoked,
    /// It is another account's.
    #[error("this belongs to another account")]
    OtherAccount,
    /// The account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// The path leads nowhere.
    #[error("there is nothing at this path")]
    Nowhere,
    /// The object is not there.
    #[error("there is no such object")]
    NotThere,
    /// Nobody registered the instance.
    #[error("the instance is not registered")]
    NotRegistered,
    /// The account has as many instances as it may.
    #[error("the account has as many instances as it may")]
    TooManyInstances,
    /// Something is there, and stays.
    #[error("it is there already, and is not overwritten")]
    Overwrites,
    /// There is no grant for it.
    #[error("devices add and do not remove; a maintenance grant is needed")]
    NoGrant,
    /// No grant is for that.
    #[error("this is never removed")]
    Never,
    /// Nothing can be done that way.
    #[error("this is not done that way")]
    Method,
    /// A repository is made with `?create=true`.
    #[error("only ?create=true makes a repository")]
    NoCreate,
}

impl Refusal {
    /// Returns the answer. restic takes 401, 403 and 404 as final; to it 404 means that there is nothing.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unknown | Self::Revoked => StatusCode::UNAUTHORIZED,
            Self::Nowhere | Self::NotThere => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoCreate => StatusCode::BAD_REQUEST,
            Self::OtherAccount
            | Self::Suspended
            | Self::NotRegistered
            | Self::TooManyInstances
            | Self::Overwrites
            | Self::NoGrant
            | Self::Never => StatusCode::FORBIDDEN,
        }
    }
}

/// Returns the answer to a storage that did not do what it should.
///
/// restic tries again for a quarter of an hour on 500 and 503, never on 507: what no waiting mends is that.
pub fn status_of(fault: &Fault) -> StatusCode {
    match fault {
        Fault::NotMounted | Fault::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Odd(_) => StatusCode::BAD_GATEWAY,
        Fault::NoTrash => StatusCode::FORBIDDEN,
        Fault::NoRepository => StatusCode::NOT_FOUND,
        Fault::Mismatch | Fault::BrokeOff(_) => StatusCode::BAD_REQUEST,
        Fault::StoodStill => StatusCode::REQUEST_TIMEOUT,
        Fault::TooLarge | Fault::OverQuota | Fault::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
        Fault::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns the address that the holder of a token asks for, where it is one of theirs.
pub fn enter(holder: &Holder, path: &str) -> Result<Address, Refusal> {
    let first = path.trim_start_matches('/').split('/').next();
    // Before anything else of the path is looked at: nobody learns what others have.
    if first != Some(holder.account.as_str()) {
        return Err(Refusal::OtherAccount);
    }
    if holder.suspended {
        return Err(Refusal::Suspended);
    }
    path.parse().map_err(|_| Refusal::Nowhere)
}

/// What it takes to create a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creating {
    /// Nothing.
    Free,
    /// It is registered first, up to the account's limit.
    Register,
}

/// Returns what it takes to create a repository.
pub fn create(
    holder: &Holder,
    address: &Address,
    is_registered: bool,
) -> Result<Creating, Refusal> {
    if is_registered || address.repository.id.is_catalogue() {
        return Ok(Creating::Free);
    }
    match holder.registration {
        Registration::ByCreating => Ok(Creating::Register),
        Registration::Beforehand => Err(Refusal::NotRegistered),
    }
}

/// What it takes to remove an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removing {
    /// Nothing: a lock goes for good.
    Lock,
    /// A grant; it goes into the trash.
    Granted,
}

/// Returns what it takes to remove an object. Without its config a repository is none: that one stays.
pub fn remove(object: &Object) -> Result<Removing, Refusal> {
    match object {
        object if object.is_lock() => Ok(Removing::Lock),
        Object::Config => Err(Refusal::Never),
        Object::Blob(..) => Ok(Removing::Granted),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const NAME: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn holder() -> Holder {
        Holder {
            device: "01ARZ3NDEKTSV4RRFFQ69G5FAW".to_owned(),
            account_id: 1,
            account: "alice".parse().expect("a name"),
            suspended: false,
            quota: None,
            instance_limit: 2,
            registration: Registration::Beforehand,
        }
    }

    #[test]
    fn an_account_enters_its_own_paths_alone() {
        let enter = |path: &str| enter(&holder(), path).map(|_| ());
        assert_eq!(enter(&format!("/alice/{ID}/config")), Ok(()));
        assert_eq!(enter("/alice/nonsense/"), Err(Refusal::Nowhere));
        for other in [
            &format!("/bob/{ID}/config")[..],
            "/bob/nonsense/",
            "/",
            "/alic/",
            "/alicee/",
            "/%61lice/",
            "/config",
        ] {
            assert_eq!(enter(other), Err(Refusal::OtherAccount), "{other}");
        }
        let suspended = Holder {
            suspended: true,
            ..holder()
        };
        let refused = super::enter(&suspended, &format!("/alice/{ID}/config"));
        assert_eq!(refused, Err(Refusal::Suspended));
    }

    #[test]
    fn what_was_registered_and_the_catalogue_can_be_created() {
        let address = |id: &str| format!("/alice/{id}/").parse().expect("an address");
        let (one, catalogue) = (address(ID), address("00000000000000000000000000"));
        assert_eq!(create(&holder(), &one, true), Ok(Creating::Free));
        assert_eq!(create(&holder(), &one, false), Err(Refusal::NotRegistered));
        assert_eq!(create(&holder(), &catalogue, false), Ok(Creating::Free));
        let by_creating = Holder {
            registration: Registration::ByCreating,
            ..holder()
        };
        assert_eq!(create(&by_creating, &one, false), Ok(Creating::Register));
    }

    #[test]
    fn locks_go_freely_the_config_never_and_all_else_by_a_grant() {
        use crate::domain::rest::path::Kind;
        let name = NAME.parse().expect("a name");
        assert_eq!(remove(&Object::Config), Err(Refusal::Never));
        for kind in Kind::ALL {
            let expected = if kind == Kind::Locks {
                Removing::Lock
            } else {
                Removing::Granted
            };
            assert_eq!(remove(&Object::Blob(kind, name)), Ok(expected));
        }
    }

    #[test]
    fn what_no_waiting_mends_is_final_to_restic() {
        let error = || io::Error::other("x");
        for (fault, status) in [
            (Fault::NotMounted, 503),
            (Fault::Unreachable(String::new()), 503),
            (Fault::Odd(401), 502),
            (Fault::NoTrash, 403),
            (Fault::NoRepository, 404),
            (Fault::Mismatch, 400),
            (Fault::StoodStill, 408),
            (Fault::OverQuota, 507),
            (Fault::TooLarge, 507),
            (Fault::Full(error()), 507),
            (
                Fault::from(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)),
                507,
            ),
            (
                Fault::from(io::Error::from(io::ErrorKind::StorageFull)),
                507,
            ),
            (Fault::Failed(error()), 500),
        ] {
            assert_eq!(status_of(&fault).as_u16(), status, "{fault}");
        }
        assert_eq!(Refusal::Unknown.status().as_u16(), 401);
        assert_eq!(Refusal::OtherAccount.status().as_u16(), 403);
    }
}
