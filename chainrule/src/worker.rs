//! Threads for interpreters. The interpreter keeps some megabytes for every thread that it ever ran in, so a thread that
//! has done its work is used again.

use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};

type Job = Box<dyn FnOnce() + Send>;

/// Room for the deepest recursion that the interpreter allows.
const STACK: usize = 512 << 20;

/// Those that have nothing to do.
static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// A thread that does one job after the other. It ends with its job once this is gone.
pub(crate) struct Worker(Sender<Job>);

impl Worker {
    /// One that has nothing to do. Errors when there is none and none can be started.
    pub(crate) fn idle() -> io::Result<Worker> {
        let idle = IDLE.lock().ok().and_then(|mut idle| idle.pop());
        idle.map_or_else(Worker::start, Ok)
    }

    fn start() -> io::Result<Worker> {
        let (worker, jobs) = mpsc::channel::<Job>();
        let work = move || jobs.into_iter().for_each(|job| job());
        std::thread::Builder::new().stack_size(STACK).spawn(work)?;
        Ok(Worker(worker))
    }

    /// Lets it do a job.
    pub(crate) fn take(&self, job: impl FnOnce() + Send + 'static) {
        // A thread that has broken off drops the job, and with it whatever it was to send.
        drop(self.0.send(Box::new(job)));
    }

    /// Keeps it for another job, after the last one is done.
    pub(crate) fn keep(self) {
        if let Ok(mut idle) = IDLE.lock() {
            idle.push(self);
        }
    }
}
