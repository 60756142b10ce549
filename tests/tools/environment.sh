# Sourced by the other tools: where things are, and an environment that no
# setting of the user's own reaches into, nor out of.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$ROOT/.build
VENV=${VENV:-$ROOT/.venv}

# Ansible finds a collection only below ansible_collections/NAMESPACE/NAME.
TREE=$BUILD/tree
mkdir -p "$TREE/ansible_collections/azauto"
ln -sfn "$ROOT" "$TREE/ansible_collections/azauto/runas_migration"

# A login or a setting left in the shell must not decide what a test sees.
for name in $(compgen -e | grep -E '^(ANSIBLE|AZURE|ARM|MOLECULE|PYTEST)_|^PYTHONHOME$|^JOB_ID$' || true); do
  unset "$name"
done

: >"$BUILD/ansible.cfg"

export PATH=$VENV/bin:$PATH
export PYTHONPATH=$TREE:$ROOT/tests/simulator
# Bytecode is kept, as users keep it, but not beside the sources: each simulator and each ansible-playbook needs it.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$BUILD/pycache
export LC_ALL=C.UTF-8
export ANSIBLE_CONFIG=$BUILD/ansible.cfg
export ANSIBLE_HOME=$BUILD/ansible
export ANSIBLE_COLLECTIONS_PATH=$TREE
export ANSIBLE_NOCOWS=1
