using Conductor.Limits;
using Conductor.Plugins;

namespace Conductor.ProviderKeys;

/// <summary>The key of one attempt, and what was taken of its limits.</summary>
internal sealed class KeyTurn(ProviderKeyRing ring, ProviderKey key, CallLimits? limits = null)
{
    private static readonly AsyncLocal<KeyTurn?> Running = new();

    /// <summary>The turn of the attempt whose code runs; null outside of attempts.</summary>
    public static KeyTurn? Present
    {
        get => Running.Value;
        set => Running.Value = value;
    }

    public ProviderKeyRing Ring => ring;

    public ProviderKey Key => key;

    /// <summary>The attempt has ended.</summary>
    public void End(Calls.Attempt attempt)
    {
        limits?.Settle(attempt);
        limits?.Close();
    }

    /// <summary>No request was made with it.</summary>
    public void Drop()
    {
        limits?.GiveRequestBack();
        limits?.Close();
    }
}
