using Conductor.Access;
using Conductor.Audit;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Audit;

/// <summary>Around the gate: counts those whom it does not let in.</summary>
internal sealed class AccessAudit(RequestDelegate next, FailedAccess failures, ISettings settings)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (ConductorException refusal) when (refusal.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden && context.Features.Get<CallerIdentity>() is null)
        {
            failures.Add(CallerAddress.Of(context, settings.Current.Server), refusal.Code, HeaderText.Safe(context.Request.Path.Value ?? "/"), RequestIds.Of(context));
            throw;
        }
    }
}
