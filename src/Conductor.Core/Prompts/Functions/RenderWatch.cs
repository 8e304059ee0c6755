namespace Conductor.Prompts;

/// <summary>Which plugin's function a rendering is in, for whoever waits for the rendering on another thread.</summary>
internal sealed class RenderWatch
{
    [ThreadStatic]
    private static RenderWatch? t_current;

    private volatile PromptFunctionEntry? _running;
    private volatile bool _isGivenUp;

    public PromptFunctionEntry? Running => _running;

    /// <summary>Whether nobody waits for this thread's rendering any more: what becomes of it decides nothing.</summary>
    public static bool IsGivenUp => t_current is { _isGivenUp: true };

    /// <summary>Nobody waits for the rendering any more.</summary>
    public void GiveUp() => _isGivenUp = true;

    /// <summary>Runs <paramref name="render"/> on this thread, watched.</summary>
    public T Run<T>(Func<T> render)
    {
        t_current = this;
        try
        {
            return render();
        }
        finally
        {
            t_current = null;
        }
    }

    /// <summary>A function begins.</summary>
    /// <returns>The one that called it, for <see cref="Leave"/>.</returns>
    public static PromptFunctionEntry? Enter(PromptFunctionEntry function)
    {
        if (t_current is not { } watch)
        {
            return null;
        }

        var outer = watch._running;
        watch._running = function;
        return outer;
    }

    public static void Leave(PromptFunctionEntry? outer)
    {
        if (t_current is { } watch)
        {
            watch._running = outer;
        }
    }
}
