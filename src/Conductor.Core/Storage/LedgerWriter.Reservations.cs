using Conductor.Calls;
using Conductor.Settings;

namespace Conductor.Storage;

/// <content>The places of attempts, from before they are made until their rows are committed.</content>
public sealed partial class LedgerWriter
{
    // How long an attempt waits for a place when all are taken by rows on their way into a store that works.
    private static readonly TimeSpan LongestWaitForPlace = TimeSpan.FromSeconds(1);

    private bool _isOpen;
    private ReserveCommits? _commits;

    /// <summary>Opens the reservations, and books what processes that ended left in them. Not needed where nothing but this process's own spending is of interest: the first reservation does it too.</summary>
    /// <param name="isAlone">Whether this process wants the reservations for itself until it ends.</param>
    /// <param name="durability">Whether every reservation is committed to the store as well, where the store can.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many rows were found there; they are in the store now.</returns>
    /// <exception cref="StorageException">They cannot be used; another process may have them.</exception>
    public async Task<int> OpenAsync(bool isAlone, LedgerDurability durability, CancellationToken cancellationToken)
    {
        var found = Open(isAlone);
        if (found > 0)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        // Those of the places first: they may know the end of an attempt that the store knows the beginning of.
        if (isAlone && _store is ILedgerReserves reserves)
        {
            var left = await reserves.ReservedAsync(cancellationToken).ConfigureAwait(false);
            foreach (var row in left)
            {
                Enqueue(row, default);
            }

            if (left.Count > 0)
            {
                Log.Found(_logger, left.Count, left.Count);
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            found += left.Count;
            if (durability == LedgerDurability.Full)
            {
                _commits = new ReserveCommits(reserves);
            }
        }

        return found;
    }

    /// <summary>Takes a place for an attempt, from before it is made until its row is in the store. Where all are taken by rows on their way it waits a moment for them.</summary>
    /// <param name="row">What is booked should this process end before the attempt does.</param>
    /// <returns>The place; none where there is none, and then the attempt must not be made.</returns>
    /// <exception cref="ArgumentException">The row lacks its request id, its call id or its tenant.</exception>
    public ValueTask<ReservationTicket> ReserveAsync(LedgerRow row)
    {
        Check(row);
        EnsureOpen();
        return _reservations.TryReserve(row, out var ticket) && _commits is null ? ValueTask.FromResult(ticket) : ReserveAsync(row, ticket);
    }

    /// <summary>Makes sure that what processes that ended left in the reservations is on its way into the store.</summary>
    /// <exception cref="StorageException">They cannot be used.</exception>
    internal void EnsureOpen()
    {
        if (!Volatile.Read(ref _isOpen))
        {
            Open(isAlone: false);
        }
    }

    private async ValueTask<ReservationTicket> ReserveAsync(LedgerRow row, ReservationTicket ticket)
    {
        ticket = ticket.IsNone ? await WaitForPlaceAsync(row).ConfigureAwait(false) : ticket;
        if (ticket.IsNone || _commits is not { } commits)
        {
            return ticket;
        }

        if (Problem is null && await commits.TryCommitAsync(row).ConfigureAwait(false))
        {
            return ticket;
        }

        GiveBack(ticket);
        return default;
    }

    private int Open(bool isAlone)
    {
        IReadOnlyList<LeftReservation> found;
        try
        {
            found = _reservations.Open(isAlone);
        }
        catch (StorageException failure)
        {
            Log.NotOpen(_logger, failure.Message);
            throw;
        }

        foreach (var left in found)
        {
            Enqueue(left.Row, left.Ticket);
        }

        Volatile.Write(ref _isOpen, true);
        if (found.Count > 0)
        {
            Log.Found(_logger, found.Count, found.Count(left => left.Row.CostStatus == CostStatus.Interrupted));
        }

        return found.Count;
    }

    private async ValueTask<ReservationTicket> WaitForPlaceAsync(LedgerRow row)
    {
        if (Problem is null && Unsaved > 0)
        {
            try
            {
                await FlushAsync(CancellationToken.None).WaitAsync(LongestWaitForPlace, _time).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is TimeoutException or StorageException)
            {
                return default;
            }
        }

        return _reservations.TryReserve(row, out var ticket) ? ticket : default;
    }

    /// <summary>Gives back the place of an attempt that was not made, or whose row is committed; nothing where there is none.</summary>
    internal void GiveBack(ReservationTicket ticket)
    {
        if (ticket.IsNone)
        {
            return;
        }

        try
        {
            _reservations.Release(ticket);
        }
#pragma warning disable CA1031 // boundary: a place that does not come back must not keep all later rows from being written
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.PlaceKept(_logger, failure);
        }
    }
}
