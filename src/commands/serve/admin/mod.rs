//! `serve admin`: accounts and devices, on the machine of the server.

mod bring;
mod rows;
mod tasks;

use self::{
    bring::import,
    rows::{amount, audit_row, rows},
    tasks::{account, device, grant, instance, invite, password, service},
};
use super::no_data;
use crate::{
    cli::serve::{
        self as cli, AccountTask, DeviceTask, InviteTask, PasswordTask, ServiceTask, Task,
    },
    commands::{Context, Done},
    domain::count::counted,
    error::{Error, Result},
    server::{admin::Admin, database::IfMissing, settings::DataFolder},
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::Admin) -> Result<Done> {
    let output = context.output;
    let data = DataFolder::new(args.data.as_ref().ok_or_else(no_data)?);
    // The first account may be added before the server ever ran.
    let begins = matches!(
        args.task,
        Task::Account(AccountTask::Add(_)) | Task::Import(_)
    ) && data.path().is_dir();
    let if_missing = if begins {
        IfMissing::Make
    } else {
        IfMissing::Fail
    };
    if output.is_json()
        && matches!(
            args.task,
            Task::Device(DeviceTask::Add(_) | DeviceTask::Enrol(_))
                | Task::Password(PasswordTask::Reset(_))
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
            output.line(&match args.quota.bytes() {
                None => format!("{} has no quota now.", args.account),
                quota => format!("The quota of {} is {} now.", args.account, amount(quota)),
            });
        }
        Task::Undelete(args) => {
            let back = admin.bring_back(&args.account, args.instance)?;
            let repository = format!("{}/{}", args.account, args.instance);
            output.line(&match back {
                0 => format!("Nothing of {repository} is in the trash: nothing was brought back."),
                back => format!("Brought back {} of {repository}.", counted(back, "object")),
            });
        }
        Task::Password(task) => password(output, &admin, task)?,
        Task::Backup(args) => {
            let bytes = admin.back_up(&args.to)?;
            let size = amount(Some(bytes));
            output.line(&format!(
                "Wrote {} ({size}), and read it through.",
                args.to.display()
            ));
        }
        Task::Import(task) => import(output, &admin, task)?,
        Task::Audit(args) => rows(output, "audit", &admin.audited(args.last)?, audit_row),
    }
    Ok(Done::Well)
}
