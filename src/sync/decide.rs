//! Deciding what changed on two sides: by rules, by what the player decided before, by a question;
//! and stopping where nobody decides.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cloud::Store,
    event::{note, warn},
    landing::Landings,
    observe::Local,
    outcome::PullOutcome,
    question::{Answer, Fate, Question},
    session::{self, Session},
};
use crate::{
    domain::{
        digest::Digest,
        ids::SnapshotId,
        lineage::{Candidate, Head},
        local::LocalUnit,
        path::RelPath,
        plan::{Dispute, Here, Party, Plan, Step, Take, content_after},
        policy::Policy,
        record::UnitVersion,
        save::About,
        settle::{self, Today},
        unit::{UnitContent, UnitKind},
    },
    error::Result,
    texts::text,
    workdir::{
        about,
        state::{Choice, Claim, OpenConflict},
    },
};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The plan can be carried out, as far as it goes.
    GoOn,
    /// Somebody has to decide first, and the launch ends. Of some units it was answered already.
    Stop(BTreeMap<RelPath, Policy>),
}

/// Decides the disputes of `plan`, as far as that can be done now.
pub fn decide(
    session: &Session<'_>,
    store: &dyn Store,
    local: &Local,
    heads: &[Head],
    plan: &mut Plan,
) -> Result<Decided> {
    let rules = |unit: &RelPath, dispute: &Dispute| policy(session, unit, dispute);
    let disputes = plan.all_disputes();
    let landings = Landings::new(session, store, local, heads);
    settle_by(&landings, session, local, plan, rules);
    let decided = decide_open(&landings, session, local, heads, plan)?;
    // Where a copy would be another one only because the cloud did not answer, nothing is decided.
    landings.check()?;
    if decided == Decided::GoOn {
        tell_of_rules(session, &disputes, plan);
    }
    Ok(decided)
}

/// Decides by a question what no rule decides.
fn decide_open(
    landings: &Landings<'_>,
    session: &Session<'_>,
    local: &Local,
    heads: &[Head],
    plan: &mut Plan,
) -> Result<Decided> {
    let rules = |unit: &RelPath, dispute: &Dispute| policy(session, unit, dispute);
    let open: BTreeMap<RelPath, Dispute> = plan
        .disputes(Party::Own)
        .map(|(unit, dispute)| (unit.clone(), dispute.clone()))
        .collect();
    if open.is_empty() {
        return Ok(Decided::GoOn);
    }
    let aborts = |(unit, dispute): (&RelPath, &Dispute)| rules(unit, dispute) == Policy::Abort;
    let ask = session.ask.filter(|_| !open.iter().any(aborts));
    let mut units = claims(session, local, heads, plan);
    let saved = !local.changed();
    let mut can_wait = saved;
    if let Some(decision) = &session.decision
        && !decision.units.is_empty()
    {
        units.retain(|unit, _| decision.units.contains(unit));
        can_wait = false;
    }
    let ask = ask.filter(|_| !units.is_empty());
    let question = Question {
        units,
        others: others(local, plan),
        saved,
        can_wait,
    };
    let answer = match ask {
        None => None,
        // The game that waits for the answer is the one that would be let start.
        Some(ask) if session.launching => ask(&question),
        Some(ask) => {
            let (answer, same) = session.hold().while_open(|| Ok(ask(&question)))?;
            if !same {
                return Err(session::overtaken());
            }
            answer
        }
    };
    Ok(match answer {
        Some(Answer::Decided(answers)) => {
            settle_by(landings, session, local, plan, |unit, dispute| {
                let answer = answers.get(unit).copied();
                answer.unwrap_or(Policy::Abort).applied_to(dispute.kind)
            });
            match plan.disputes(Party::Own).next() {
                None => Decided::GoOn,
                Some(_) => Decided::Stop(answers),
            }
        }
        Some(Answer::Later) if question.can_wait => Decided::GoOn,
        Some(Answer::Later | Answer::Cancel) | None => Decided::Stop(BTreeMap::new()),
    })
}

/// What becomes of the units that nobody has to decide about.
fn others(local: &Local, plan: &Plan) -> BTreeMap<RelPath, Fate> {
    let fetched = |take: &Take| Fate::Fetched {
        device: take.version.origin.device.clone(),
    };
    let changed = |unit: &RelPath| local.side.get(unit).is_some_and(LocalUnit::changed);
    let fate = |unit: &RelPath, step: &Step| match step {
        Step::Take(take) | Step::Follow(take) => Some(fetched(take)),
        Step::Remove(_) => Some(Fate::Removed),
        Step::Settle(settlement) => Some(settlement.take.as_ref().map_or(Fate::Sent, fetched)),
        Step::Keep { .. } => changed(unit).then_some(Fate::Sent),
        Step::Nothing | Step::Agree(_) | Step::Dispute(_) | Step::Hold { .. } => None,
    };
    plan.steps
        .iter()
        .filter_map(|(unit, step)| Some((unit.clone(), fate(unit, step)?)))
        .collect()
}

/// Says of the worlds that rules decided about, without anybody being asked, what became of them.
/// Where both stay, the outcome says it.
fn tell_of_rules(session: &Session<'_>, disputes: &[(RelPath, Dispute)], plan: &Plan) {
    for (unit, dispute) in disputes {
        let by_rule = matches!(
            policy(session, unit, dispute),
            Policy::KeepLocal | Policy::KeepCloud | Policy::Newest
        );
        let Some(Step::Settle(settlement)) = plan.steps.get(unit) else {
            continue;
        };
        if dispute.kind != UnitKind::World || !by_rule {
            continue;
        }
        let before = named(session, unit).is_none() && chosen(session, unit, dispute).is_some();
        let unit = unit.as_str();
        let there = settlement.take.as_ref().map(|take| &take.version.origin);
        let text = match (there, before) {
            (None, false) => text!("decide-kept-here", unit = unit),
            (None, true) => text!("decide-kept-here-as-before", unit = unit),
            (Some(origin), false) => {
                text!("decide-kept-there", unit = unit, device = &origin.device)
            }
            (Some(origin), true) => {
                text!(
                    "decide-kept-there-as-before",
                    unit = unit,
                    device = &origin.device
                )
            }
        };
        note(session.listener, text);
    }
}

fn settle_by(
    landings: &Landings<'_>,
    session: &Session<'_>,
    local: &Local,
    plan: &mut Plan,
    policy: impl Fn(&RelPath, &Dispute) -> Policy,
) {
    let today = Today {
        device: &session.device.name,
        time: session.settings.now(),
    };
    let present = present(local, plan);
    settle::settle(plan, policy, present, &today, &|lander, name| {
        landings.land(lander, name)
    });
}

/// Every unit that will be here, with what it will hold.
fn present(local: &Local, plan: &Plan) -> BTreeMap<RelPath, Option<Digest>> {
    let mut present = BTreeMap::new();
    for (unit, side) in &local.side {
        if side.content.is_some() {
            present.insert(unit.clone(), side.content);
        }
    }
    for (unit, step) in &plan.steps {
        let before = present.get(unit).copied().flatten();
        match (step, content_after(step, before)) {
            (Step::Hold { version, .. }, _) => {
                let digest = version.as_ref().and_then(UnitVersion::digest);
                present.entry(unit.clone()).or_insert(digest);
            }
            (Step::Remove(_), _) => {
                present.remove(unit);
            }
            (_, Some(after)) => {
                present.insert(unit.clone(), Some(after));
            }
            (_, None) => {}
        }
    }
    present
}

/// What the rules say of one dispute: what the player decides now by name, decided before, decides now about the rest,
/// the command line, `scope.json`, the profile, in this order.
fn policy(session: &Session<'_>, unit: &RelPath, dispute: &Dispute) -> Policy {
    // Said of everything, it is about what is still open.
    let everything = session.decision.as_ref().map(|decision| decision.policy);
    let everything = everything.filter(|_| !has_names(session));
    named(session, unit)
        .or_else(|| chosen(session, unit, dispute))
        .or(everything)
        .or(session.settings.on_conflict)
        .or_else(|| session.scope.policy(unit))
        .unwrap_or_else(|| session.sync.profile.policy())
        .applied_to(dispute.kind)
}

fn has_names(session: &Session<'_>) -> bool {
    let decision = session.decision.as_ref();
    decision.is_some_and(|decision| !decision.units.is_empty())
}

/// What the player decides now about just this unit.
fn named(session: &Session<'_>, unit: &RelPath) -> Option<Policy> {
    let decision = session.decision.as_ref()?;
    decision.units.contains(unit).then_some(decision.policy)
}

/// What the player decided before, if the question is still the same.
fn chosen(session: &Session<'_>, unit: &RelPath, dispute: &Dispute) -> Option<Policy> {
    let choice = session.state.choices.get(unit)?;
    let same = choice.versions == versions(dispute) && choice.here == dispute.here.digest();
    same.then_some(choice.policy)
}

/// What tells one dispute from another.
pub fn versions(dispute: &Dispute) -> BTreeSet<crate::domain::version::Dot> {
    dispute
        .versions
        .iter()
        .map(|candidate| candidate.version.dot)
        .collect()
}

/// Remembers what the player decided about a unit, for as long as the question stays the same.
pub fn choose(session: &mut Session<'_>, unit: &RelPath, dispute: &Dispute, policy: Policy) {
    let choice = Choice {
        policy,
        versions: versions(dispute),
        here: dispute.here.digest(),
    };
    session.state.choices.insert(unit.clone(), choice);
}

/// Describes what is disputed: what is here first.
fn claims(
    session: &Session<'_>,
    local: &Local,
    heads: &[Head],
    plan: &Plan,
) -> BTreeMap<RelPath, Vec<Claim>> {
    plan.disputes(Party::Own)
        .map(|(unit, dispute)| {
            let here = local.scan.units.get(unit).map(|here| &here.content);
            let mine = Claim {
                here: true,
                device: session.device.name.clone(),
                time: match &dispute.here {
                    // When it was played is not known then.
                    Here::Version(_) if is_of_this_run(session, unit) => None,
                    Here::Version(row) => Some(row.origin.time),
                    Here::Unpublished(_) | Here::None => None,
                },
                extent: here.map(UnitContent::extent),
                differing: None,
                about: about_here(session, unit, here),
            };
            let others = dispute.versions.iter().map(|one| Claim {
                here: false,
                device: one.version.origin.device.clone(),
                time: Some(one.version.origin.time),
                extent: one.extent,
                differing: differing(unit, one, here, heads),
                about: one.version.about.as_deref().cloned(),
            });
            let claims = std::iter::once(mine).chain(others).collect();
            (unit.clone(), claims)
        })
        .collect()
}

/// Returns what a unit that is here is about.
fn about_here(session: &Session<'_>, unit: &RelPath, here: Option<&UnitContent>) -> Option<About> {
    about::read(&session.layout.live(unit), here?)
}

/// Returns whether what is here of a unit was saved by this very run.
fn is_of_this_run(session: &Session<'_>, unit: &RelPath) -> bool {
    let agreed = session.state.agreement.get(unit);
    agreed.is_some_and(|agreed| session.saved_now.as_ref() == Some(&agreed.snapshot))
}

/// In how many files a version differs from what is here, where its head lists them.
fn differing(
    unit: &RelPath,
    one: &Candidate,
    here: Option<&UnitContent>,
    heads: &[Head],
) -> Option<u64> {
    let head = heads.iter().find(|head| head.snapshot == one.head)?;
    let there = head.record.contents.get(unit)?;
    Some(here?.difference(there))
}

/// Notes what a pull stops for, and says it. Returns the units.
pub fn stop(
    session: &mut Session<'_>,
    local: &Local,
    heads: &[Head],
    plan: &Plan,
    ids: &BTreeSet<SnapshotId>,
) -> Result<Vec<RelPath>> {
    let open = OpenConflict {
        ids: ids.clone(),
        units: claims(session, local, heads, plan),
    };
    tell(session, &open);
    let units = open.units.keys().cloned().collect();
    session.state.scope = Some(session.scope.digest());
    session.state.conflict = Some(open);
    session.save()?;
    Ok(units)
}

/// An open conflict that nothing has changed about ends like the last time, without restic.
pub fn repeat(session: &Session<'_>, probed: Option<&BTreeSet<SnapshotId>>) -> Option<PullOutcome> {
    let open = session.state.conflict.as_ref()?;
    let asks = session.ask.is_some()
        || session.decision.is_some()
        || session.settings.on_conflict.is_some();
    if asks || probed != Some(&open.ids) {
        return None;
    }
    tell(session, open);
    Some(PullOutcome::Conflict {
        units: open.units.keys().cloned().collect(),
        saved: true,
    })
}

fn tell(session: &Session<'_>, open: &OpenConflict) {
    for (unit, claims) in &open.units {
        for claim in claims.iter().filter(|claim| !claim.here) {
            let (unit, device) = (unit.as_str(), &claim.device);
            let text = if let Some(time) = claim.time.map(minutes) {
                text!(
                    "decide-conflict-saved",
                    unit = unit,
                    device = device,
                    time = time
                )
            } else {
                text!("decide-conflict", unit = unit, device = device)
            };
            warn(session.listener, text);
        }
    }
}

/// A time as people read it, in their own zone.
pub fn minutes(time: jiff::Timestamp) -> String {
    let zoned = time.to_zoned(jiff::tz::TimeZone::system());
    zoned.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            fixtures::{WORLD, digest, dot, head, snapshot, unit, vector, version},
            local::Hold,
            record::UnitTable,
            settle::Settlement,
        },
        sync::fixtures::{self, files},
    };

    fn take(content: &str) -> Take {
        Take {
            from: snapshot('1'),
            version: version(Some(content), dot('B', 1)),
            revived: false,
        }
    }

    fn side(content: Option<&str>, agreed: Option<&str>) -> LocalUnit {
        fixtures::side(content.map(digest), agreed.map(digest))
    }

    fn settled(take: Option<Take>) -> Step {
        Step::Settle(Box::new(Settlement {
            agreed: version(Some("won"), dot('A', 2)),
            source: None,
            take,
            copies: Vec::new(),
        }))
    }

    /// A folder with these units, and a plan with these steps.
    fn folder(units: &[(&str, LocalUnit)], steps: Vec<(&str, Step)>) -> (Local, Plan) {
        let mut local = fixtures::local([]);
        local.side = units
            .iter()
            .map(|(name, side)| (unit(name), side.clone()))
            .collect();
        let steps = steps.into_iter().map(|(name, step)| (unit(name), step));
        let plan = Plan {
            steps: steps.collect(),
        };
        (local, plan)
    }

    #[test]
    fn a_question_tells_what_becomes_of_everything_else() {
        let keep = || Step::Keep {
            beats_deletion: false,
        };
        let gone = version(None, dot('B', 1));
        let (local, plan) = folder(
            &[
                ("played", side(Some("new"), Some("old"))),
                ("left", side(Some("old"), Some("old"))),
            ],
            vec![
                ("played", keep()),
                ("left", keep()),
                ("newer", Step::Take(take("x"))),
                ("deleted", Step::Remove(gone)),
                ("kept", settled(None)),
                ("given-up", settled(Some(take("x")))),
                ("same", Step::Nothing),
            ],
        );
        let fetched = || Fate::Fetched {
            device: "device B".to_owned(),
        };
        let expected = [
            ("played", Fate::Sent),
            ("newer", fetched()),
            ("deleted", Fate::Removed),
            ("kept", Fate::Sent),
            ("given-up", fetched()),
        ];
        let expected = expected.map(|(name, fate)| (unit(name), fate));
        assert_eq!(others(&local, &plan), BTreeMap::from(expected));
    }

    #[test]
    fn what_will_be_here_is_what_is_here_after_every_step() {
        let held = |content| Step::Hold {
            version: Some(version(Some(content), dot('B', 1))),
            why: Hold::OutOfScope,
        };
        let (local, plan) = folder(
            &[
                ("stays", side(Some("a"), None)),
                ("missing", side(None, Some("a"))),
                ("replaced", side(Some("a"), None)),
                ("removed", side(Some("a"), None)),
                ("held", side(Some("a"), None)),
            ],
            vec![
                ("stays", Step::Nothing),
                ("missing", Step::Nothing),
                ("replaced", Step::Take(take("b"))),
                ("removed", Step::Remove(version(None, dot('B', 1)))),
                ("held", held("b")),
                ("held-elsewhere", held("b")),
            ],
        );
        let expected = [
            ("stays", "a"),
            ("replaced", "b"),
            ("held", "a"),
            ("held-elsewhere", "b"),
        ];
        let expected = expected.map(|(name, content)| (unit(name), Some(digest(content))));
        assert_eq!(present(&local, &plan), BTreeMap::from(expected));
    }

    #[test]
    fn files_that_differ_are_counted_where_both_lists_are_known() {
        let here = files(&[("same", "1"), ("changed", "1"), ("only-here", "1")]);
        let there = files(&[("same", "1"), ("changed", "2"), ("only-there", "1")]);
        let mut heads = [head('1', UnitTable::new(), &[dot('B', 1)])];
        let candidate = |head| Candidate {
            head: snapshot(head),
            vector: vector(&[dot('B', 1)]),
            version: version(Some("x"), dot('B', 1)),
            extent: None,
        };
        let place = unit(WORLD);
        let count = |heads: &[Head], head, here| differing(&place, &candidate(head), here, heads);
        assert_eq!(count(&heads, '1', Some(&here)), None);
        heads[0].record.contents.insert(unit(WORLD), there);
        assert_eq!(count(&heads, '1', Some(&here)), Some(3));
        assert_eq!(count(&heads, '2', Some(&here)), None);
        assert_eq!(count(&heads, '1', None), None);
    }

    #[test]
    fn a_dispute_is_told_from_another_by_the_versions_in_it() {
        let candidate = |counter| Candidate {
            head: snapshot('1'),
            vector: vector(&[]),
            version: version(Some("x"), dot('B', counter)),
            extent: None,
        };
        let dispute = Dispute {
            kind: UnitKind::World,
            party: Party::Own,
            here: Here::None,
            versions: vec![candidate(2), candidate(1)],
        };
        let marks = [dot('B', 1), dot('B', 2)];
        assert_eq!(versions(&dispute), BTreeSet::from(marks));
    }
}
