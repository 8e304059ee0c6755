using Conductor.Calls;
using Conductor.Costing;
using Conductor.ProviderKeys;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <content>The provider's key that the attempt is made with.</content>
internal sealed partial class AttemptScope
{
    private ValueTask TakeKeyAsync() => Hop.Provider.Keys is { } keys ? TakeKeyAsync(keys) : default;

    private async ValueTask TakeKeyAsync(ProviderKeyRing keys)
    {
        try
        {
            _turn = await keys.TakeAsync(Hop.Model.Id, TokensAtMost, _token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is, there is no attempt
        catch (Exception failure)
#pragma warning restore CA1031
        {
            NotMade();
            throw Translate(failure);
        }
    }

    // An operation's questions are not known yet: what is reserved for it in the ledger is the best that there is.
    private long TokensAtMost(bool isCounted)
    {
        if (_call is not (ChatCall or EmbeddingCall))
        {
            return Attempt.Reservation.InputTokens + Attempt.Reservation.OutputTokens;
        }

        var (input, output) = CallSize.Worst(_call, Hop, isCounted);
        return input + output;
    }
}
