//! `serve admin`: accounts and devices, on the machine of the server.

use jiff::{Timestamp, tz::TimeZone};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::no_data;
use crate::{
    cli::serve::{
        self as cli, AccountTask, DeviceTask, GrantTask, InstanceTask, InviteTask, ServiceScope,
        ServiceTask, Task,
    },
    commands::{Context, Done},
    error::{Error, Result},
    server::{
        admin::Admin,
        database::{
            IfMissing,
            accounts::{Account, Registration, Terms},
            audit::Entry,
            devices::Device,
            grants::Grant,
            instances::Instance,
            invites::Invite,
            services::{Scope, Service},
        },
        settings::DataFolder,
    },
    ui::{output::Output, table},
};

#[derive(Serialize)]
struct Report<'a, T> {
    event: &'static str,
    what: &'static str,
    rows: &'a [T],
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::Admin) -> Result<Done> {
    let output = context.output;
    let data = DataFolder::new(args.data.as_ref().ok_or_else(no_data)?);
    // The first account may be added before the server ever ran.
    let begins = matches!(args.task, Task::Account(AccountTask::Add(_))) && data.path().is_dir();
    let if_missing = if begins {
        IfMissing::Make
    } else {
        IfMissing::Fail
    };
    if output.is_json()
        && matches!(
            args.task,
            Task::Device(DeviceTask::Add(_))
                | Task::Invite(InviteTask::Add(_))
                | Task::Service(ServiceTask::Add(_))
        )
    {
        return Err(
            Error::usage("a token is printed for a person, and never as JSON")
                .hint("Nothing was added. Without --json the last line is the token alone"),
        );
    }
    let admin = Admin::open(data, if_missing)?;
    match &args.task {
        Task::Account(task) => account(output, &admin, task)?,
        Task::Invite(task) => invite(output, &admin, task)?,
        Task::Service(task) => service(output, &admin, task)?,
        Task::Device(task) => device(output, &admin, task)?,
        Task::Instance(task) => instance(output, &admin, task)?,
        Task::Grant(task) => grant(output, &admin, task)?,
        Task::Quota(args) => {
            admin.set_quota(&args.account, args.quota.bytes())?;
            let quota = amount(args.quota.bytes());
            output.line(&format!("The quota of {} is {quota} now.", args.account));
        }
        Task::Undelete(args) => {
            let back = admin.bring_back(&args.account, args.instance)?;
            let repository = format!("{}/{}", args.account, args.instance);
            output.line(&match back {
                0 => format!("Nothing of {repository} is in the trash that is not there."),
                1 => format!("Brought back 1 object of {repository}."),
                back => format!("Brought back {back} objects of {repository}."),
            });
        }
        Task::Audit(args) => rows(output, "audit", &admin.audited(args.last)?, audit_row),
    }
    Ok(Done::Well)
}

fn account(output: &Output, admin: &Admin, task: &AccountTask) -> Result<()> {
    match task {
        AccountTask::Add(args) => {
            let registration = if args.open {
                Registration::ByCreating
            } else {
                Registration::Beforehand
            };
            let terms = Terms {
                quota_bytes: args.quota.bytes(),
                instance_limit: args.instances.into(),
                registration,
            };
            admin.add_account(&args.account, terms)?;
            output.line(&format!("Added the account {}.", args.account));
        }
        AccountTask::List => rows(output, "accounts", &admin.accounts()?, account_row),
        AccountTask::Suspend(args) => {
            admin.suspend(&args.account, true)?;
            output.line(&format!(
                "{} is suspended; what it has stays.",
                args.account
            ));
        }
        AccountTask::Resume(args) => {
            admin.suspend(&args.account, false)?;
            output.line(&format!("{} is served again.", args.account));
        }
    }
    Ok(())
}

fn invite(output: &Output, admin: &Admin, task: &InviteTask) -> Result<()> {
    match task {
        InviteTask::Add(args) => {
            let quota = args.quota.bytes();
            let code = admin.add_invite(args.hours, quota, args.instances.into())?;
            output.passing(&format!(
                "This makes one account, within {} hours, on the server's page /invite. Nobody can see it again:",
                args.hours
            ));
            output.text(code.expose_secret());
        }
        InviteTask::List => rows(output, "invites", &admin.invites()?, invite_row),
        InviteTask::Revoke(args) => {
            admin.revoke_invite(&args.id)?;
            output.line("Taken back: nobody can use it.");
        }
    }
    Ok(())
}

fn service(output: &Output, admin: &Admin, task: &ServiceTask) -> Result<()> {
    match task {
        ServiceTask::Add(args) => {
            let scope = match args.scope {
                ServiceScope::Provision => Scope::Provision,
                ServiceScope::All => Scope::All,
            };
            let token = admin.add_service(&args.name, scope)?;
            output.passing("This is its token, which nobody can see again:");
            output.text(token.expose_secret());
        }
        ServiceTask::List => rows(output, "services", &admin.services()?, service_row),
        ServiceTask::Revoke(args) => {
            admin.revoke_service(&args.name)?;
            output.line(&format!(
                "Revoked {}: its token opens nothing any more.",
                args.name
            ));
        }
    }
    Ok(())
}

fn device(output: &Output, admin: &Admin, task: &DeviceTask) -> Result<()> {
    match task {
        DeviceTask::Add(args) => {
            let token = admin.add_device(&args.account, &args.name)?;
            output.passing(&format!(
                "Added the device {} of {}. This is its token, which nobody can see again:",
                args.name, args.account
            ));
            output.text(token.expose_secret());
        }
        DeviceTask::List(args) => {
            rows(
                output,
                "devices",
                &admin.devices(args.account.as_ref())?,
                device_row,
            );
        }
        DeviceTask::Revoke(args) => {
            admin.revoke_device(&args.account, &args.device)?;
            output.line(&format!(
                "Revoked {} of {}: its token opens nothing any more, within seconds.",
                args.device, args.account
            ));
        }
    }
    Ok(())
}

fn instance(output: &Output, admin: &Admin, task: &InstanceTask) -> Result<()> {
    match task {
        InstanceTask::Add(args) => {
            let id = admin.add_instance(&args.account, args.id)?;
            output.line(&format!("Registered {}/{id}.", args.account));
        }
        InstanceTask::List(args) => {
            rows(
                output,
                "instances",
                &admin.instances(args.account.as_ref())?,
                instance_row,
            );
        }
    }
    Ok(())
}

fn grant(output: &Output, admin: &Admin, task: &GrantTask) -> Result<()> {
    match task {
        GrantTask::Add(args) => {
            let (account, device) = (&args.device.account, &args.device.device);
            let id = admin.add_grant(account, device, args.instance, args.minutes)?;
            output.line(&format!(
                "{device} may remove things from {account}/{} for {} minutes. Grant {id}.",
                args.instance, args.minutes
            ));
        }
        GrantTask::List(args) => {
            rows(
                output,
                "grants",
                &admin.grants(args.account.as_ref())?,
                grant_row,
            );
        }
        GrantTask::Revoke(args) => {
            admin.revoke_grant(&args.id)?;
            output.line(&format!("Grant {} is taken back.", args.id));
        }
    }
    Ok(())
}

fn rows<T: Serialize>(
    output: &Output,
    what: &'static str,
    rows: &[T],
    row: impl Fn(&T) -> Vec<String>,
) {
    if output.is_json() {
        output.object(&Report {
            event: "serve",
            what,
            rows,
        });
    } else if rows.is_empty() {
        output.line("There are none.");
    } else {
        let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
        output.text(&table::fitted(&rows, output.width()));
    }
}

fn account_row(account: &Account) -> Vec<String> {
    let mut notes = vec![format!("quota {}", amount(account.quota_bytes))];
    notes.push(format!("up to {} instances", account.instance_limit));
    if account.registration == Registration::ByCreating {
        notes.push("open".to_owned());
    }
    if account.suspended_at.is_some() {
        notes.push("suspended".to_owned());
    }
    vec![
        account.name.clone(),
        time(account.created_at),
        notes.join(", "),
    ]
}

fn device_row(device: &Device) -> Vec<String> {
    let state = match (device.revoked_at, device.last_seen_at) {
        (Some(at), _) => format!("revoked {}", time(at)),
        (None, Some(at)) => format!("seen {}", time(at)),
        (None, None) => "never seen".to_owned(),
    };
    vec![
        device.account.clone(),
        device.name.clone(),
        device.id.clone(),
        state,
    ]
}

fn instance_row(instance: &Instance) -> Vec<String> {
    vec![
        instance.account.clone(),
        instance.id.clone(),
        time(instance.created_at),
    ]
}

fn grant_row(grant: &Grant) -> Vec<String> {
    let state = match grant.revoked_at {
        Some(at) => format!("taken back {}", time(at)),
        None => format!("until {}", time(grant.expires_at)),
    };
    let (account, device) = (grant.account.clone(), grant.device.clone());
    vec![
        grant.id.clone(),
        account,
        device,
        grant.instance.clone(),
        state,
    ]
}

fn invite_row(invite: &Invite) -> Vec<String> {
    let state = match (invite.used_at, &invite.account) {
        (Some(at), Some(account)) => format!("{account} since {}", time(at)),
        _ => format!("until {}", time(invite.expires_at)),
    };
    vec![
        invite.id.clone(),
        invite.made_by.clone(),
        format!("quota {}", amount(invite.quota_bytes)),
        state,
    ]
}

fn service_row(service: &Service) -> Vec<String> {
    let scope = match service.scope {
        Scope::All => "all",
        Scope::Provision => "provision",
    };
    let state = match service.revoked_at {
        Some(at) => format!("revoked {}", time(at)),
        None => format!("since {}", time(service.created_at)),
    };
    vec![service.name.clone(), scope.to_owned(), state]
}

fn audit_row(entry: &Entry) -> Vec<String> {
    let (actor, what) = (entry.actor.clone(), entry.what.clone());
    vec![time(entry.at), actor, what, entry.about.clone()]
}

fn amount(bytes: Option<u64>) -> String {
    bytes.map_or_else(
        || "none".to_owned(),
        |bytes| indicatif::BinaryBytes(bytes).to_string(),
    )
}

fn time(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        Err(_) => seconds.to_string(),
    }
}
