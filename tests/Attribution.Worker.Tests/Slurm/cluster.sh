#!/bin/sh
# A Slurm cluster on this machine for tests, run by root: two nodes, each with two pretended GPUs, and all files in one folder.
#   cluster.sh up FOLDER PORT     PORT and the two after it must be free; afterwards SLURM_CONF=FOLDER/slurm.conf is the cluster
#   cluster.sh down FOLDER
# Each node is a daemon of its own. Where the system allows it, each node also has its own host name, so that programs take the nodes for two machines.
# It has two partitions, `low` and `high`: a job in `high` takes the place of one in `low`, which is queued again. It has no database (`sacct`), and no cgroups.
set -eu
verb=$1
folder=$2
host=$(hostname -s)
nodes="node1 node2"
export SLURM_CONF="$folder/slurm.conf"

up() {
    port=$1
    mkdir -p "$folder/state" "$folder/log" "$folder/run" "$folder/gpus"
    chmod 755 "$folder" "$folder/run"
    mkdir -p -m 700 "$folder/munge"
    head -c 1024 /dev/urandom > "$folder/munge/key"
    chmod 400 "$folder/munge/key"
    # A GPU has to be a character device; the number at its end becomes that of CUDA_VISIBLE_DEVICES.
    for gpu in 0 1; do ln -sf /dev/null "$folder/gpus/nvidia$gpu"; done
    echo "NodeName=node[1-2] Name=gpu File=$folder/gpus/nvidia[0-1]" > "$folder/gres.conf"
    {
        echo "ClusterName=tests"
        echo "SlurmctldHost=$host(127.0.0.1)"
        echo "SlurmctldPort=$port"
        echo "SlurmUser=root"
        echo "SlurmdUser=root"
        echo "AuthType=auth/munge"
        # Without it the commands look for the system's own munge.
        echo "AuthInfo=socket=$folder/run/munge.socket,cred_expire=2"
        echo "CredType=cred/munge"
        echo "StateSaveLocation=$folder/state"
        echo "SlurmdSpoolDir=$folder/spool-%n"
        echo "SlurmctldPidFile=$folder/run/slurmctld.pid"
        echo "SlurmdPidFile=$folder/run/slurmd-%n.pid"
        echo "SlurmctldLogFile=$folder/log/slurmctld.log"
        echo "SlurmdLogFile=$folder/log/slurmd-%n.log"
        echo "ProctrackType=proctrack/linuxproc"
        echo "TaskPlugin=task/none"
        echo "MpiDefault=none"
        echo "JobAcctGatherType=jobacct_gather/none"
        echo "AccountingStorageType=accounting_storage/none"
        echo "SelectType=select/cons_tres"
        echo "SelectTypeParameters=CR_CPU"
        echo "SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0"
        echo "PreemptType=preempt/partition_prio"
        echo "PreemptMode=REQUEUE"
        echo "KillWait=5"
        echo "ReturnToService=2"
        echo "SlurmdParameters=config_overrides"
        echo "GresTypes=gpu"
        for node in $nodes; do
            port=$((port + 1))
            echo "NodeName=$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$port CPUs=2 RealMemory=1000 Gres=gpu:2"
        done
        echo "PartitionName=low Nodes=node[1-2] Default=YES MaxTime=INFINITE PriorityTier=1"
        echo "PartitionName=high Nodes=node[1-2] MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF"
    } > "$SLURM_CONF"
    # Forced, since munged does not like to be root's.
    munged --force --socket="$folder/run/munge.socket" --key-file="$folder/munge/key" --log-file="$folder/munge/log" \
        --pid-file="$folder/run/munged.pid" --seed-file="$folder/munge/seed"
    slurmctld -c
    for node in $nodes; do
        if unshare --uts true 2> /dev/null; then
            unshare --uts sh -c 'hostname "$1" && exec slurmd -N "$1"' sh "$node"
        else
            slurmd -N "$node"
        fi
    done
    for attempt in $(seq 150); do
        if [ "$(sinfo --noheader --Node --partition=low --states=idle 2> /dev/null | wc -l)" = 2 ]; then exit 0; fi
        sleep 0.2
    done
    echo "the cluster does not come up:" >&2
    tail -n 20 "$folder"/log/*.log >&2
    exit 1
}

down() {
    scancel --quiet --user=root 2> /dev/null || true
    sleep 0.5
    for daemon in slurmd-node1 slurmd-node2 slurmctld munged; do
        if [ -s "$folder/run/$daemon.pid" ]; then
            pid=$(cat "$folder/run/$daemon.pid")
            kill "$pid" 2> /dev/null || true
            for attempt in $(seq 50); do if [ -d "/proc/$pid" ]; then sleep 0.1; fi; done
        fi
    done
}

case $verb in
    up) up "$3" ;;
    down) down ;;
esac
