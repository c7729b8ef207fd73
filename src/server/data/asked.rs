//! What is done with a repository: one function for each request of the protocol.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::{
    Answered, around,
    authority::{self, Creating, Refusal, Removing},
    upload::{self, Limits},
};
use crate::{
    domain::rest::{
        limits,
        list::Version,
        path::{Address, Kind, Object, Repository, Target},
        range::{Range, Slice},
    },
    server::{
        Server, clock, committed,
        database::{devices::Holder, grants, instances, instances::Registered},
        storage::{Content, Fault, Put, Removal},
    },
};

/// A request whose sender and address are known.
pub(super) struct Asked<'a> {
    pub server: &'a Arc<Server>,
    /// Who asks.
    pub holder: &'a Holder,
    /// What about.
    pub address: &'a Address,
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub query: Option<&'a str>,
}

impl Asked<'_> {
    /// Does what is asked for.
    pub async fn answer(&self, body: &mut Body) -> Answered {
        match self.address.target {
            Target::Repository if self.method == Method::POST => self.create().await,
            Target::List(kind) if self.reads() => self.list(kind).await,
            Target::Object(object) if self.method == Method::HEAD => self.size(object).await,
            Target::Object(object) if self.method == Method::GET => self.get(object).await,
            Target::Object(object) if self.method == Method::POST => self.put(object, body).await,
            Target::Object(object) if self.method == Method::DELETE => self.remove(object).await,
            Target::Repository | Target::List(_) | Target::Object(_) => Err(Refusal::Method.into()),
        }
    }

    fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    fn repository(&self) -> &Repository {
        &self.address.repository
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    async fn create(&self) -> Answered {
        let asks = |pair: &str| pair == "create=true";
        if !self.query.is_some_and(|query| query.split('&').any(asks)) {
            return Err(Refusal::NoCreate.into());
        }
        let (database, holder) = (&self.server.database, self.holder);
        let id = self.repository().id;
        let is_known = instances::is_known(database, holder.account_id, id).await?;
        match authority::create(holder, self.address, is_known)? {
            Creating::Free => {}
            Creating::Register => {
                // Not before it is sure that there is a place for it.
                self.server.blobs.ready().await?;
                let (account, limit) = (holder.account_id, holder.instance_limit);
                let now = clock::now();
                match instances::register(database, account, id, limit, now).await? {
                    Registered::Added | Registered::Already => {}
                    Registered::TooMany => return Err(Refusal::TooManyInstances.into()),
                    Registered::Deleted => return Err(Refusal::NotRegistered.into()),
                }
            }
        }
        self.server.blobs.create(self.repository()).await?;
        Ok(Response::new(Body::empty()))
    }

    async fn list(&self, kind: Kind) -> Answered {
        let found = self.server.blobs.list(self.repository(), kind).await?;
        let entries = found.ok_or(Refusal::NotThere)?;
        let version = Version::of_accept(self.header(header::ACCEPT));
        let list = version
            .write(&entries)
            .map_err(|error| Fault::Failed(error.into()))?;
        let mut response = with_length(list.len() as u64);
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(version.content_type()),
        );
        *response.body_mut() = Body::from(list);
        if kind == Kind::Snapshots {
            around::tell(self, response.headers_mut()).await;
        }
        Ok(response)
    }

    async fn size(&self, object: Object) -> Answered {
        let size = self.server.blobs.size(self.repository(), object).await?;
        let mut response = with_length(size.ok_or(Refusal::NotThere)?);
        describe(response.headers_mut());
        Ok(response)
    }

    async fn get(&self, object: Object) -> Answered {
        let range = Range::parse(self.header(header::RANGE));
        let blobs = &self.server.blobs;
        let found = blobs.get(self.repository(), object, range).await?;
        let found = found.ok_or(Refusal::NotThere)?;
        let (status, length, part) = match found.slice {
            Slice::Whole => (StatusCode::OK, found.size, None),
            Slice::Part { from, length } => {
                let part = format!("bytes {from}-{}/{}", from + length - 1, found.size);
                (StatusCode::PARTIAL_CONTENT, length, Some(part))
            }
            Slice::Outside => {
                let none = format!("bytes */{}", found.size);
                (StatusCode::RANGE_NOT_SATISFIABLE, 0, Some(none))
            }
        };
        let mut response = with_length(length);
        *response.status_mut() = status;
        describe(response.headers_mut());
        if let Some(part) = part.and_then(|part| HeaderValue::try_from(part).ok()) {
            response.headers_mut().insert(header::CONTENT_RANGE, part);
        }
        *response.body_mut() = match found.content {
            Content::Whole(bytes) => Body::from(bytes),
            Content::Pieces(pieces) => Body::from_stream(pieces),
        };
        Ok(response)
    }

    async fn put(&self, object: Object, body: &mut Body) -> Answered {
        let blobs = self.server.blobs.as_ref();
        let declared = self
            .header(header::CONTENT_LENGTH)
            .and_then(|text| text.parse::<u64>().ok());
        let mut room = match self.holder.quota {
            Some(quota) => {
                let allowance = limits::allowance(quota, &object);
                let account = &self.holder.account;
                Some(self.server.usage.begin(blobs, account, allowance).await?)
            }
            None => None,
        };
        let limits = Limits {
            largest: limits::largest(&object),
            declared,
            patience: self.server.patience.body,
        };
        let mut upload = upload::begin(body, limits, &mut room)?;
        let put = blobs.put(self.repository(), object, &mut upload).await;
        drop(upload);
        match put? {
            Put::New(bytes) => {
                match room {
                    Some(room) => room.keep(),
                    None => self.server.usage.add(&self.holder.account, bytes),
                }
                let (server, repository) = (self.server, self.repository());
                committed::note(server, self.holder, repository, object, bytes).await;
                Ok(Response::new(Body::empty()))
            }
            Put::Same => Ok(Response::new(Body::empty())),
            Put::Other => Err(Refusal::Overwrites.into()),
        }
    }

    async fn remove(&self, object: Object) -> Answered {
        let now = clock::now();
        let how = match authority::remove(&object)? {
            Removing::Lock => Removal::ForGood,
            Removing::Granted => {
                let (device, instance) = (&self.holder.device, self.repository().id);
                grants::until(&self.server.database, device, instance, now)
                    .await?
                    .ok_or(Refusal::NoGrant)?;
                Removal::ToTrash(now)
            }
        };
        // What is not there is removed already: a client that did not get its answer asks again.
        let blobs = &self.server.blobs;
        blobs.remove(self.repository(), object, how).await?;
        Ok(Response::new(Body::empty()))
    }
}

fn with_length(length: u64) -> Response {
    let mut response = Response::new(Body::empty());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length.into());
    response
}

fn describe(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
}
