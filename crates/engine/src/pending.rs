//! Answers on their way.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::sync::oneshot::{Receiver, Sender, channel};

use crate::error::EngineError;

/// An answer on its way: await it, or [`wait`](Pending::wait) for it on a thread that may block.
/// What was asked is done even when nobody waits for the answer.
#[derive(Debug)]
#[must_use = "the answer comes only to who waits for it"]
pub struct Pending<T> {
    state: State<T>,
}

#[derive(Debug)]
enum State<T> {
    Refused(Option<EngineError>),
    Waiting(Receiver<Result<T, EngineError>>),
}

/// Where the answer is handed in.
pub(crate) type Reply<T> = Sender<Result<T, EngineError>>;

/// Blocks this thread until a future is done.
///
/// ```
/// assert_eq!(engine::wait(async { 6 * 7 }), 42);
/// ```
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

impl<T> Pending<T> {
    /// A way to answer, and the answer.
    pub(crate) fn pair() -> (Reply<T>, Pending<T>) {
        let (sender, receiver) = channel();
        (sender, Pending { state: State::Waiting(receiver) })
    }

    /// An answer that is there already: no.
    pub(crate) fn refused(error: EngineError) -> Pending<T> {
        Pending { state: State::Refused(Some(error)) }
    }

    /// Blocks this thread until the answer is there.
    ///
    /// # Errors
    /// Those of the request.
    pub fn wait(self) -> Result<T, EngineError> {
        wait(self)
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, EngineError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            State::Refused(error) => Poll::Ready(Err(error.take().unwrap_or(EngineError::Stopped))),
            State::Waiting(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|received| received.unwrap_or(Err(EngineError::Stopped))),
        }
    }
}

impl<T> Unpin for Pending<T> {}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_another_thread_wakes_who_waits() {
        let (reply, pending) = Pending::pair();
        let thread = std::thread::spawn(move || reply.send(Ok(7)));
        assert_eq!(pending.wait(), Ok(7));
        assert_eq!(thread.join().expect("no panic"), Ok(()));
    }

    #[test]
    fn a_dropped_reply_says_that_the_engine_stopped() {
        let (reply, pending) = Pending::<u8>::pair();
        drop(reply);
        assert_eq!(pending.wait(), Err(EngineError::Stopped));
    }
}
