using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http;

/// <summary>Tells the caller what was lost on the way to the upstream.</summary>
public static class LossNotes
{
    /// <summary>Notes it on a whole answer.</summary>
    public static void Add(ChatResponse response, LossReport losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        DroppedParameters.Add(response, losses.Dropped);
        ChangedParameters.Add(response, losses.Changed);
    }

    /// <summary>Notes it on an update: the first one of the stream, before whose content the headers go out.</summary>
    public static void Add(ChatResponseUpdate update, LossReport losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        DroppedParameters.Add(update, losses.Dropped);
        ChangedParameters.Add(update, losses.Changed);
    }
}
