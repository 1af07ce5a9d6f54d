using System.Diagnostics;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch.Tests.Lifetimes;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it_and_keeps_what_was_moved_out()
    {
        Tensor kept, dropped, detached;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                CurrentDisposeScope.ShouldBe(inner);
                dropped = ones(1);
                kept = inner.MoveToOuter(ones(1));
                detached = ones(1).DetachFromDisposeScope();
                inner.DisposablesCount.ShouldBe(1);
            }
            CurrentDisposeScope.ShouldBe(outer);
            dropped.IsInvalid.ShouldBeTrue();
            kept.IsInvalid.ShouldBeFalse();
            outer.Contains(kept).ShouldBeTrue();
        }
        CurrentDisposeScope.ShouldBeNull();
        kept.IsInvalid.ShouldBeTrue();
        detached.IsInvalid.ShouldBeFalse();
        detached.Dispose();
    }

    [Fact]
    public void A_scope_can_be_emptied_but_for_what_is_named()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(1), ones(1));
        scope.DisposeEverythingBut(a).IsInvalid.ShouldBeFalse();
        b.IsInvalid.ShouldBeTrue();
        scope.DisposablesCount.ShouldBe(1);
        a.Dispose();
        scope.DisposablesCount.ShouldBe(0);
        var moved = ones(1);
        using (var other = NewDisposeScope())
            scope.MoveToOther(other, moved);
        moved.IsInvalid.ShouldBeTrue();
        WrappedTensorDisposeScope(() => ones(1) + ones(1)).item<float>().ShouldBe(2);
        scope.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void A_forgotten_tensor_is_freed_by_its_finalizer_and_a_live_scope_is_not_touched()
    {
        using var scope = NewDisposeScope();
        var inScope = ones(1);
        var weak = Forget();
        for (var i = 0; i < 5 && weak.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        weak.IsAlive.ShouldBeFalse();
        scope.DisposablesCount.ShouldBe(1);
        inScope.item<float>().ShouldBe(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Forget() => new(ones(1).DetachFromDisposeScope());
    }

    [Fact]
    public void A_hundred_thousand_operators_leave_memory_where_it_was()
    {
        // Each makes a tensor of 64 KiB: kept, they would take over 6 GiB.
        using var outer = NewDisposeScope();
        var x = zeros(16 * 1024);
        Work(2_000);
        var before = ResidentMegabytes();
        Work(100_000);
        (ResidentMegabytes() - before).ShouldBeLessThan(64);

        void Work(int operators)
        {
            for (var done = 0; done < operators; done += 100)
            {
                using var scope = NewDisposeScope();
                for (var i = 0; i < 100; i++)
                    x.add(1);
            }
        }

        static double ResidentMegabytes()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64 / 1048576.0;
        }
    }

    [Fact]
    public void Two_threads_use_tensors_at_once_each_with_its_own_scopes_and_grad_mode()
    {
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, 2).Select(n => new Thread(() =>
        {
            try
            {
                for (var i = 0; i < 500; i++)
                {
                    using var scope = NewDisposeScope();
                    using var mode = set_grad_enabled(n == 0);
                    var x = full(8, n + 1.0, requires_grad: true);
                    var y = (x * x).sum();
                    y.requires_grad.ShouldBe(n == 0);
                    y.ToDouble().ShouldBe(8.0 * (n + 1) * (n + 1));
                    if (n == 0)
                        autograd.grad([y], [x])[0].data<float>().ShouldAllBe(v => v == 2);
                    scope.DisposablesCount.ShouldBeGreaterThan(1);
                }
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        failures.ShouldBeEmpty();
    }
}
