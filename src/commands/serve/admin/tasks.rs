//! What is done, one function for each kind of thing.

use secrecy::{ExposeSecret, SecretString};

use super::rows::{
    account_row, device_row, grant_row, instance_row, invite_row, rows, service_row,
};
use crate::{
    cli::serve::{
        AccountTask, DeviceTask, GrantTask, InstanceTask, InviteTask, PasswordTask, ServiceScope,
        ServiceTask,
    },
    domain::{count::counted, rest::links::PublicUrl},
    error::Result,
    server::{
        admin::Admin,
        database::{
            accounts::{Registration, Terms},
            services::Scope,
        },
    },
    ui::output::Output,
};

/// Prints a code, as a link where the server's own address is known.
fn pass_on(
    output: &Output,
    code: &SecretString,
    public: Option<&PublicUrl>,
    link: impl Fn(&PublicUrl, &str) -> String,
) {
    let code = code.expose_secret();
    match public {
        Some(url) => output.text(&link(url, code)),
        None => output.text(code),
    }
}

/// Does what is said about accounts.
pub fn account(output: &Output, admin: &Admin, task: &AccountTask) -> Result<()> {
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
                "{} is suspended: a server that runs refuses its devices and pages within seconds. What it has stays.",
                args.account
            ));
        }
        AccountTask::Resume(args) => {
            admin.suspend(&args.account, false)?;
            output.line(&format!(
                "{} is served again, within seconds.",
                args.account
            ));
        }
    }
    Ok(())
}

/// Does what is said about invites.
pub fn invite(output: &Output, admin: &Admin, task: &InviteTask) -> Result<()> {
    match task {
        InviteTask::Add(args) => {
            let quota = args.quota.bytes();
            let code = admin.add_invite(args.hours, quota, args.instances.into())?;
            let place = match &args.public_url {
                Some(_) => "",
                None => ", on the server's page /invite",
            };
            output.passing(&format!(
                "This makes one account, within {}{place}. Nobody can see it again:",
                counted(args.hours, "hour")
            ));
            pass_on(output, &code, args.public_url.as_ref(), PublicUrl::invite);
        }
        InviteTask::List => rows(output, "invites", &admin.invites()?, invite_row),
        InviteTask::Revoke(args) => {
            admin.revoke_invite(&args.id)?;
            output.line("Taken back: nobody can use it.");
        }
    }
    Ok(())
}

/// Does what is said about passwords.
pub fn password(output: &Output, admin: &Admin, task: &PasswordTask) -> Result<()> {
    match task {
        PasswordTask::Reset(args) => {
            let code = admin.reset_password(&args.account, args.hours)?;
            let place = match &args.public_url {
                Some(_) => "",
                None => ", on the server's page /reset",
            };
            output.passing(&format!(
                "The password of {} opens nothing any more, and its sessions are over; its devices go on. This sets a new one, once, within {}{place}. Nobody can see it again:",
                args.account,
                counted(args.hours, "hour")
            ));
            pass_on(output, &code, args.public_url.as_ref(), PublicUrl::reset);
        }
    }
    Ok(())
}

/// Does what is said about services.
pub fn service(output: &Output, admin: &Admin, task: &ServiceTask) -> Result<()> {
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

/// Does what is said about devices.
pub fn device(output: &Output, admin: &Admin, task: &DeviceTask) -> Result<()> {
    match task {
        DeviceTask::Add(args) => {
            let token = admin.add_device(&args.account, &args.name)?;
            output.passing(&format!(
                "Added the device {} of {}. This is its token, which nobody can see again:",
                args.name, args.account
            ));
            output.text(token.expose_secret());
        }
        DeviceTask::Enrol(args) => {
            let code = admin.enrol(&args.account)?;
            let where_to = match &args.public_url {
                Some(_) => "asks for the server",
                None => "asks for the token, after this server's address",
            };
            output.passing(&format!(
                "This makes one device, within an hour. Nobody can see it again. The player runs instance-sync setup on \
                 that device, and pastes it where it {where_to}:"
            ));
            pass_on(
                output,
                &code,
                args.public_url.as_ref(),
                PublicUrl::enrolment,
            );
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

/// Does what is said about instances.
pub fn instance(output: &Output, admin: &Admin, task: &InstanceTask) -> Result<()> {
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

/// Does what is said about grants.
pub fn grant(output: &Output, admin: &Admin, task: &GrantTask) -> Result<()> {
    match task {
        GrantTask::Add(args) => {
            let (account, device) = (&args.device.account, &args.device.device);
            let id = admin.add_grant(account, device, args.instance, args.minutes)?;
            output.line(&format!(
                "{device} may remove things from {account}/{} for {}. Grant {id}.",
                args.instance,
                counted(args.minutes, "minute")
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
