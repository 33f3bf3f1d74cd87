//! What a server says without being asked.

use std::future::poll_fn;
use std::task::{Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::DbError;
use tokio_postgres::{AsyncMessage, Connection};

use crate::connect::Driver;

/// What drives a connection, and hears what the server says meanwhile.
///
/// A `COMMIT` that waits for a standby and is cancelled is answered all the same, with a warning
/// that it may not have been replicated. Such an answer must not be believed: the connection is
/// given up with the warning, so that the commit stays without an answer and is in doubt.
pub(crate) fn drive<S, T>(mut connection: Connection<S, T>) -> Driver
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Box::pin(poll_fn(move |context| {
        loop {
            match ready!(connection.poll_message(context)) {
                Some(Ok(AsyncMessage::Notice(notice))) if is_not_replicated(&notice) => {
                    return Poll::Ready(Ok(()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }
    }))
}

/// Whether a notice says that a commit did not wait for the standby to its end. Its words may be
/// translated; the name of the function that said it is not.
fn is_not_replicated(notice: &DbError) -> bool {
    notice.routine() == Some("SyncRepWaitForLSN")
        || notice.detail().is_some_and(|detail| detail.contains("might not have been replicated"))
}
